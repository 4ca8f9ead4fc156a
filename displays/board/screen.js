// The waiting-room board: called numbers with their rooms, who is next, chime and spoken call.
// Never: a name, a reason or a class; the board's view does not carry them.

import { el, setText } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { icon } from "../shared/icons.js";
import { deviceToken, facility, query, root, stayAwake, whenNewVersion, words } from "../shared/page.js";
import { readName, readTicketNumber } from "../shared/reading.js";
import { CallQueue, Chime } from "../shared/speech.js";
import { Picture } from "../shared/state.js";
import { clockTime, inLanguage, longDate, translator, waitRange } from "../shared/words.js";
import { PER_PAGE, closeUp, place } from "./slots.js";

const HIGHLIGHT_MS = 10_000;
const TURN_MS = 10_000;
const CLINICS_PER_PAGE = 6;
const NEXT_SHOWN = 5;
const LOOK_FOR_VERSION_MS = 10 * 60_000;

const languages = (query.get("lang")?.split(",") ?? facility.languages).filter((language) => language in words);
if (languages.length === 0) languages.push(Object.keys(words)[0]);
const [first, second] = languages;
const says = languages.map((language) => translator(words, language));
const t = says[0];
document.documentElement.lang = first;

const clinicOf = new Map(facility.clinics.map((clinic) => [clinic.id, clinic]));
const roomOf = new Map(facility.rooms.map((room) => [room.id, room]));

const picture = new Picture();
const chime = new Chime();
const calls = new CallQueue(chime);
const announced = new Map();
const highlighted = new Map();
let places = [];
let callPage = 0;
let clinicPage = 0;
let heldUntil = 0;
let jumpTo = null;
let started = false;
let drawing = false;
let clinicsDrawn = "";

const token = deviceToken("board");
const page = drawFrame();
root.append(page.node);

const feed = new Feed(facility.id, "board", query.get("clinics") ? { clinics: query.get("clinics") } : {}, token, {
  snapshot(frame) {
    picture.replace(frame.state);
    for (const ticket of picture.tickets.values()) {
      if (started) announce(ticket, null);
      else announced.set(ticket.id, sign(ticket));
    }
    for (const id of announced.keys()) if (!picture.tickets.has(id)) announced.delete(id);
    started = true;
    draw();
  },
  event(frame) {
    for (const [id, ticket] of Object.entries(frame.set?.tickets ?? {})) {
      const before = picture.tickets.get(id) ?? null;
      if (ticket === null) announced.delete(id);
      else announce(ticket, before);
    }
    picture.apply(frame.set);
    draw();
  },
  stale(at) {
    page.stale.textContent = says
      .map((say) => (at ? say("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : say("stale.never")))
      .join(" · ");
    page.stale.hidden = false;
  },
  fresh() {
    page.stale.hidden = true;
    lookForVersion();
  },
  refused() {
    page.stale.textContent = token === null ? t("setup.text") : t("setup.refused");
    page.stale.hidden = false;
  },
});

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
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    drawNow();
  });
}

function shownTickets() {
  return [...picture.tickets.values()].filter((ticket) => ticket.state === "called" || ticket.state === "serving");
}

// Clinics at which something is going on, in the facility's order.
function shownClinics() {
  return facility.clinics.filter(({ id }) => {
    const clinic = picture.clinics.get(id);
    return clinic && (clinic.waiting > 0 || clinic.rooms_open > 0 || pausedRooms(id) !== "");
  });
}

function drawNow() {
  const clinics = shownClinics();
  places = place(places, shownTickets());
  if (jumpTo !== null && places.includes(jumpTo)) {
    callPage = Math.floor(places.indexOf(jumpTo) / PER_PAGE);
    const at = clinics.findIndex(({ id }) => id === picture.tickets.get(jumpTo)?.clinic);
    if (at >= 0) clinicPage = Math.floor(at / CLINICS_PER_PAGE);
    jumpTo = null;
  }
  while (places.length > PER_PAGE && places[places.length - 1] === null) places.pop();
  const callPages = Math.max(1, Math.ceil(places.length / PER_PAGE));
  const clinicPages = Math.max(1, Math.ceil(clinics.length / CLINICS_PER_PAGE));
  callPage %= callPages;
  clinicPage %= clinicPages;
  page.slots.forEach((slot, at) => drawSlot(slot, picture.tickets.get(places[callPage * PER_PAGE + at])));
  page.empty.hidden = places.some((id) => id !== null);
  setText(page.callPages, callPages > 1 ? t("board.page_of", { page: callPage + 1, pages: callPages }) : "");
  setText(page.clinicPages, clinicPages > 1 ? t("board.page_of", { page: clinicPage + 1, pages: clinicPages }) : "");
  drawClinics(clinics.slice(clinicPage * CLINICS_PER_PAGE, (clinicPage + 1) * CLINICS_PER_PAGE));
}

function drawSlot(slot, ticket) {
  slot.node.classList.toggle("free", !ticket);
  slot.node.dataset.ticket = ticket?.id ?? "";
  const fresh = ticket !== undefined && (highlighted.get(ticket.id) ?? 0) > performance.now();
  slot.node.classList.toggle("new", fresh && ticket.state === "called");
  slot.node.classList.toggle("serving", ticket?.state === "serving");
  const room = roomOf.get(ticket?.room);
  setText(slot.number, ticket?.number ?? "");
  setText(slot.room, room ? inLanguage(room.name, first) : "");
  setText(slot.direction, room ? inLanguage(room.location ?? clinicOf.get(ticket.clinic)?.location, first) : "");
  const state = !ticket ? "" : ticket.state === "serving" ? t("board.serving") : ticket.calls > 1 ? t("board.recalled", { calls: ticket.calls }) : "";
  setText(slot.state, state);
}

function drawClinics(clinics) {
  const rows = clinics.map(clinicRow);
  const drawn = JSON.stringify(rows);
  if (drawn === clinicsDrawn) return;
  clinicsDrawn = drawn;
  page.clinics.replaceChildren(
    ...rows.map((row) =>
      el(
        "li",
        { class: "clinic", "data-clinic": row.id },
        el("div", { class: "head" }, el("h3", {}, row.name, row.also && el("small", {}, row.also)), el("span", { class: "wait" }, row.wait)),
        el(
          "div",
          { class: "queue" },
          ...row.next.map((number) => el("span", { class: "number" }, number)),
          el("span", { class: "count" }, row.count),
        ),
        row.rooms && el("p", { class: "paused" }, row.rooms),
      ),
    ),
  );
  page.quiet.hidden = rows.length > 0;
}

function clinicRow(clinic) {
  const state = picture.clinics.get(clinic.id);
  const numbers = (state.next ?? []).map((id) => picture.tickets.get(id)?.number).filter(Boolean);
  const range = waitRange(state.estimated_wait, t);
  const name = inLanguage(clinic.name, first);
  const also = second ? inLanguage(clinic.name, second) : "";
  return {
    id: clinic.id,
    name,
    also: also === name ? "" : also,
    wait: state.rooms_open > 0 && range ? t("board.wait", { range }) : "",
    next: numbers.slice(0, NEXT_SHOWN),
    count: state.waiting > 0 ? t("board.waiting", { count: state.waiting }) : t("board.nobody_waiting"),
    rooms: pausedRooms(clinic.id) || (state.rooms_open > 0 ? "" : t("board.no_room_open")),
  };
}

function pausedRooms(clinic) {
  return [...picture.rooms.values()]
    .filter((room) => room.state === "paused" && room.clinics?.includes(clinic))
    .map((room) => {
      const name = inLanguage(roomOf.get(room.id)?.name, first);
      if (!room.paused_until) return t("board.room_paused", { room: name });
      return t("board.room_paused_until", { room: name, time: clockTime(Date.parse(room.paused_until), facility.time_zone) });
    })
    .join(" · ");
}

function drawFrame() {
  const clock = el("p", { class: "clock" });
  const date = el("p", { class: "date" });
  const stale = el("p", { class: "stale-banner", role: "alert", hidden: true });
  const sound = el("p", { class: "sound", hidden: true }, icon("sound"), says.map((say) => say("board.sound_blocked")).join(" · "));
  const slots = Array.from({ length: PER_PAGE }, () => {
    const slot = { number: el("span", { class: "number" }), room: el("span", { class: "room" }), direction: el("span", { class: "direction" }), state: el("span", { class: "state" }) };
    slot.node = el("li", { class: "slot free" }, slot.number, el("span", { class: "where" }, slot.state, slot.room, slot.direction));
    return slot;
  });
  const label = (key) => el("span", {}, t(key), second && el("small", {}, says[1](key)));
  const callPages = el("span", { class: "pages" });
  const clinicPages = el("span", { class: "pages" });
  const empty = el("p", { class: "empty" }, t("board.nobody_called"));
  const quiet = el("p", { class: "empty" }, t("board.nothing_open"));
  const clinics = el("ol", { class: "clinics" });
  const name = el("h1", {}, inLanguage(facility.name, first), second && el("small", {}, inLanguage(facility.name, second)));
  const node = el(
    "div",
    { class: "frame" },
    el("header", {}, name, el("div", { class: "when" }, date, clock)),
    stale,
    el("section", { class: "calling" }, el("h2", {}, label("board.calling"), callPages), el("ol", { class: "slots", "aria-live": "polite" }, ...slots.map((slot) => slot.node)), empty),
    el("section", { class: "next" }, el("h2", {}, label("board.next"), clinicPages), clinics, quiet),
    sound,
  );
  return { node, clock, date, stale, sound, slots, callPages, clinicPages, empty, quiet, clinics };
}

function tick() {
  const now = feed.now();
  setText(page.clock, clockTime(now, facility.time_zone));
  setText(page.date, says.map((_, at) => longDate(now, facility.time_zone, languages[at])).join(" · "));
  // A picture that stands still for a year burns in: the whole moves by a few pixels each hour.
  const hour = new Date(now).getUTCHours();
  page.node.style.transform = `translate(${(hour % 3) * 3 - 3}px, ${(Math.floor(hour / 3) % 3) * 3 - 3}px)`;
}

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
setInterval(() => {
  if (performance.now() < heldUntil) return;
  const before = places.length;
  places = closeUp(places, shownTickets());
  callPage = before > PER_PAGE ? callPage + 1 : 0;
  clinicPage += 1;
  for (const [id, until] of highlighted) if (until < performance.now()) highlighted.delete(id);
  draw();
}, TURN_MS);
setInterval(lookForVersion, LOOK_FOR_VERSION_MS);
for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => chime.allow());
chime.onChange(showSound);
// Where sound is allowed from the start it begins to run a moment after the page does.
setTimeout(showSound, 1000);
stayAwake();
tick();
