// The patient's phone page: number, where, people ahead, expected wait, and the way through the day.
// Never: a name or a reason; the link may be passed on, and the view does not carry them.

import { el, fill, setText } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { facility, languages, pageLanguage, query, root, subject, whenNewVersion, words } from "../shared/page.js";
import { Picture } from "../shared/state.js";
import { SIGNS, currentOf, inOrder, isOver, markOf, noteOf, wayNoteOf } from "../shared/way.js";
import { clockTime, inLanguage, translator, waitRange } from "../shared/words.js";
import { Actions } from "./actions.js";

let language = Object.hasOwn(words, query.get("lang") ?? "") ? query.get("lang") : pageLanguage;
let t = translator(words, language);
let known = false;
let refused = false;
let buzzed = "";

const picture = new Picture();
const stale = el("p", { class: "stale-banner", role: "status", hidden: true });
const body = el("div", { class: "visit" });
const acts = el("div", { class: "acts" });
const updated = el("p", { class: "updated" });
const bar = el("nav", { class: "languages" });
root.append(bar, stale, body, acts, updated);
const actions = new Actions(acts, facility.id, subject, query.get("k") ?? "");

const feed = new Feed(facility.id, "visit", { visit: subject, k: query.get("k") ?? "" }, null, {
  snapshot(frame) {
    picture.replace(frame.state);
    known = true;
    refused = false;
    draw();
  },
  event(frame) {
    picture.apply(frame.set);
    draw();
  },
  stale(at) {
    setText(stale, at ? t("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : t("stale.never"));
    stale.hidden = false;
  },
  fresh() {
    stale.hidden = true;
    whenNewVersion(() => location.reload());
  },
  refused() {
    refused = true;
    stale.hidden = true;
    draw();
  },
});

function draw() {
  document.documentElement.lang = language;
  drawLanguages();
  const stops = inOrder([...picture.tickets.values()]);
  const current = currentOf(stops);
  document.body.classList.toggle("called", !refused && current?.state === "called");
  if (refused || (known && !current)) fill(body, el("p", { class: "unknown" }, t("patient.unknown")));
  else if (!known) fill(body, el("p", { class: "unknown" }, t("patient.loading")));
  else {
    buzz(current);
    fill(
      body,
      el("p", { class: "facility" }, inLanguage(facility.name, language)),
      el("h1", {}, t("patient.your_number")),
      el("p", { class: "number", id: "number" }, current.number),
      el("p", { class: "state", "aria-live": "assertive" }, sentenceOf(current, stops)),
      facts(current),
      stops.length > 1 && way(stops),
    );
  }
  actions.draw(refused ? [] : stops, t);
  tick();
}

function roomName(ticket) {
  return inLanguage(facility.rooms.find((room) => room.id === ticket.room)?.name, language);
}

function sentenceOf(ticket, stops) {
  const ended = stops.filter((one) => one.state === "cancelled").map((one) => one.ended_reason);
  if (isOver(stops) && ended.includes("day-closed")) return t("patient.closed");
  if (isOver(stops) && ended.includes("gave-up")) return t("patient.gave_up");
  if (isOver(stops) && ticket.state === "done") return t(ended.length > 0 ? "patient.finished_early" : "patient.finished");
  if (ticket.state === "cancelled") return t("patient.cancelled");
  if (ticket.state === "no-show") return t("stop.missed_call");
  if (ticket.state === "waiting" && ticket.position === 1) return t("patient.you_are_next");
  return noteOf(ticket, t, roomName(ticket));
}

// Who is called needs the way to the room; who waits needs the clinic's, and how long.
function facts(ticket) {
  const clinic = facility.clinics.find((one) => one.id === ticket.clinic);
  const room = facility.rooms.find((one) => one.id === ticket.room);
  const location = inLanguage(room?.location, language) || inLanguage(clinic?.location, language);
  const goes = ["now", "back"].includes(markOf(ticket));
  const place = goes ? [inLanguage(clinic?.name, language), location].filter(Boolean) : [];
  const waiting = ticket.state === "waiting";
  const range = waitRange(ticket.estimated_wait, t);
  const noRoom = picture.clinics.get(ticket.clinic)?.rooms_open === 0;
  return el(
    "dl",
    {},
    waiting && ticket.position > 1 && fact(t("patient.ahead"), [String(ticket.position - 1)], "ahead"),
    waiting && range && fact(t("patient.wait"), [noRoom ? t("patient.no_room_open") : range], "wait"),
    place.length > 0 && fact(t("patient.where"), place, "where"),
  );
}

function fact(label, lines, className) {
  return el("div", { class: className }, el("dt", {}, label), ...lines.map((line) => el("dd", {}, line)));
}

function way(stops) {
  return el(
    "section",
    { class: "way" },
    el("h2", {}, t("patient.journey")),
    el(
      "ol",
      {},
      ...stops.map((one) =>
        el(
          "li",
          { class: markOf(one), "aria-current": markOf(one) === "now" ? "step" : null },
          el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[markOf(one)]),
          el("strong", {}, inLanguage(facility.services.find((service) => service.id === one.service)?.name, language)),
          el("span", { class: "note" }, wayNoteOf(one, stops, t, roomName(one))),
        ),
      ),
    ),
  );
}

// Once for each call, where the phone lets a page do so: only after its owner has touched the page.
function buzz(ticket) {
  const call = ticket.state === "called" ? `${ticket.id} ${ticket.calls}` : "";
  if (call && call !== buzzed && navigator.userActivation?.hasBeenActive) navigator.vibrate?.([400, 200, 400]);
  buzzed = call;
}

function drawLanguages() {
  fill(
    bar,
    languages.map((one) =>
      el(
        "button",
        {
          type: "button",
          lang: one,
          "aria-pressed": String(one === language),
          onclick: () => {
            language = one;
            t = translator(words, language);
            draw();
          },
        },
        words[one]["language.name"],
      ),
    ),
  );
}

// Heartbeats say that the page is up to date even when nothing happens, so the time is the last frame's.
function tick() {
  const heard = feed.heardAt();
  setText(updated, heard === null ? "" : t("patient.updated", { time: clockTime(heard, facility.time_zone) }));
}

draw();
setInterval(tick, 1000);
