// The waiting-room board: called numbers with their rooms, who is next, chime and spoken call.
// Never: a name, a reason or a class; the board's view does not carry them.

import { setText } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import {
  deviceToken,
  facility,
  languages as spoken,
  query,
  root,
  stayAwake,
  whenNewVersion,
  words,
} from "../shared/page.js";
import { readName, readTicketNumber } from "../shared/reading.js";
import { CallQueue, Chime } from "../shared/speech.js";
import { Picture } from "../shared/state.js";
import { clockTime, inLanguage, longDate, translator } from "../shared/words.js";
import { CLINICS_PER_PAGE, busyClinics, drawFrame, fitFrame, showClinics, showInPlace } from "./parts.js";
import { PER_PAGE, closeUp, first, oldestFirst, place } from "./slots.js";

const HIGHLIGHT_MS = 10_000;
const TURN_MS = 10_000;
const LOOK_FOR_VERSION_MS = 10 * 60_000;
// A board that has just come up says the calls of this last while: they came while it was loading.
const JUST_NOW_MS = 10_000;

const asked = (query.get("lang") ?? "").split(",").filter((language) => Object.hasOwn(words, language));
const languages = asked.length > 0 ? asked : spoken;
const says = languages.map((language) => translator(words, language));
const t = says[0];
document.documentElement.lang = languages[0];

const roomOf = new Map(facility.rooms.map((room) => [room.id, room]));
const picture = new Picture();
const chime = new Chime();
const calls = new CallQueue(chime);
const announced = new Map();
const highlighted = new Map();
let places = null;
let callPage = 0;
let clinicPage = 0;
let heldUntil = 0;
let jumpTo = null;
let drawing = false;

const token = deviceToken("board");
const page = drawFrame(says, languages);
root.append(page.node);

const feed = new Feed(facility.id, "board", query.get("clinics") ? { clinics: query.get("clinics") } : {}, token, {
  snapshot(frame) {
    picture.replace(frame.state);
    for (const id of announced.keys()) if (!picture.tickets.has(id)) announced.delete(id);
    const called = [...picture.tickets.values()].filter((ticket) => ticket.state === "called").sort(oldestFirst);
    for (const ticket of called) {
      const old = places === null && Date.parse(frame.at) - Date.parse(ticket.called_at) > JUST_NOW_MS;
      if (old) announced.set(ticket.id, sign(ticket));
      else announce(ticket, null);
    }
    places ??= first(shownTickets());
    draw();
  },
  event(frame) {
    const before = new Map(picture.tickets);
    picture.apply(frame.set);
    for (const [id, ticket] of Object.entries(frame.set?.tickets ?? {})) {
      if (ticket === null) announced.delete(id);
      else announce(ticket, before.get(id) ?? null);
    }
    if (frame.name === "ruleset.published") lookForVersion();
    draw();
  },
  stale(at) {
    warn(
      says.map((say) =>
        at ? say("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : say("stale.never"),
      ),
    );
  },
  fresh() {
    page.stale.hidden = true;
    page.node.classList.remove("stale");
    lookForVersion();
  },
  refused() {
    warn(says.map((say) => (token === null ? say("setup.text") : say("setup.refused"))));
  },
});

// Numbers that may be wrong must not look as if they were right: they pale until the feed is back.
function warn(sentences) {
  setText(page.stale, sentences.join(" · "));
  page.stale.hidden = false;
  page.node.classList.add("stale");
}

// One call of a ticket is told from the next by these two.
function sign(ticket) {
  return `${ticket.calls}@${ticket.called_at}`;
}

function announce(ticket, before) {
  if (ticket.state !== "called" || announced.get(ticket.id) === sign(ticket)) return;
  const again = before ? before.state === "called" : ticket.calls > 1;
  announced.set(ticket.id, sign(ticket));
  point(ticket.id);
  calls.add({
    sentences: languages.map((language, at) => ({
      language,
      text: says[at](again ? "board.say_recall" : "board.say_call", {
        number: readTicketNumber(ticket.number, language),
        room: readName(inLanguage(roomOf.get(ticket.room)?.name, language), language),
      }),
    })),
    // A patient who is in the room by now, or waits again, needs no calling.
    wanted: () => announced.get(ticket.id) === sign(ticket) && picture.tickets.get(ticket.id)?.state === "called",
    started: () => {
      point(ticket.id);
      draw();
    },
  });
}

// Highlights a ticket and turns to the pages it is on.
function point(id) {
  highlighted.set(id, performance.now() + HIGHLIGHT_MS);
  setTimeout(draw, HIGHLIGHT_MS + 50);
  heldUntil = performance.now() + TURN_MS;
  jumpTo = id;
}

function draw() {
  if (drawing || places === null) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    drawNow();
  });
}

function shownTickets() {
  return [...picture.tickets.values()].filter((ticket) => ticket.state === "called" || ticket.state === "serving");
}

function drawNow() {
  const clinics = busyClinics(picture);
  places = place(places, shownTickets());
  if (jumpTo !== null && places.includes(jumpTo)) {
    callPage = Math.floor(places.indexOf(jumpTo) / PER_PAGE);
    const at = clinics.findIndex(({ id }) => id === picture.tickets.get(jumpTo)?.clinic);
    if (at >= 0) clinicPage = Math.floor(at / CLINICS_PER_PAGE);
    jumpTo = null;
  }
  const callPages = Math.max(1, Math.ceil(places.length / PER_PAGE));
  const clinicPages = Math.max(1, Math.ceil(clinics.length / CLINICS_PER_PAGE));
  callPage %= callPages;
  clinicPage %= clinicPages;
  page.places.forEach((one, at) => {
    const ticket = picture.tickets.get(places[callPage * PER_PAGE + at]);
    showInPlace(one, ticket, (highlighted.get(ticket?.id) ?? 0) > performance.now(), t, languages[0]);
  });
  page.noCalls.hidden = places.some((id) => id !== null);
  setText(page.callPages, callPages > 1 ? t("board.page_of", { page: callPage + 1, pages: callPages }) : "");
  setText(page.clinicPages, clinicPages > 1 ? t("board.page_of", { page: clinicPage + 1, pages: clinicPages }) : "");
  const from = clinicPage * CLINICS_PER_PAGE;
  showClinics(page, clinics.slice(from, from + CLINICS_PER_PAGE), picture, t, languages[0]);
}

function turnPages() {
  if (performance.now() < heldUntil || places === null) return;
  const before = places.length;
  places = closeUp(places, shownTickets());
  callPage = before > PER_PAGE ? callPage + 1 : 0;
  clinicPage += 1;
  for (const [id, until] of highlighted) if (until < performance.now()) highlighted.delete(id);
  draw();
}

function tick() {
  const now = feed.now();
  setText(page.clock, clockTime(now, facility.time_zone));
  page.dates.forEach((date, at) => setText(date, longDate(now, facility.time_zone, languages[at])));
  // A picture that stands still for a year burns in: the whole moves by a few pixels each hour.
  const hour = new Date(now).getUTCHours();
  page.node.style.transform = `translate(${(hour % 3) * 3 - 3}px, ${(Math.floor(hour / 3) % 3) * 3 - 3}px)`;
}

// A new version comes at a quiet moment: not while somebody is being called.
function lookForVersion() {
  whenNewVersion(() => {
    const busy = performance.now() < heldUntil;
    setTimeout(() => location.reload(), busy ? 2 * HIGHLIGHT_MS : 0);
  });
}

function showSound() {
  page.sound.hidden = !chime.blocked;
}

setInterval(tick, 1000);
setInterval(turnPages, TURN_MS);
setInterval(lookForVersion, LOOK_FOR_VERSION_MS);
for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => chime.allow());
chime.onChange(showSound);
// Where sound is allowed from the start it begins to run a moment after the page does.
setTimeout(showSound, 1000);
stayAwake();
tick();
fitFrame(page);
