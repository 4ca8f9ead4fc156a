// The patient's phone page: number, where, people ahead, expected wait, and the way through the day.
// Never: a name or a reason; the link may be passed on, and the view does not carry them.

import { el, setText } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { facility, pageLanguage, query, root, subject, whenNewVersion, words } from "../shared/page.js";
import { Picture } from "../shared/state.js";
import { clockTime, inLanguage, translator, waitRange } from "../shared/words.js";

const IN_PLAY = ["called", "serving", "waiting", "on-hold", "suspended", "planned"];

let language = query.get("lang") in words ? query.get("lang") : pageLanguage;
let t = translator(words, language);
let known = false;
let buzzed = "";

const picture = new Picture();
const stale = el("p", { class: "stale-banner", role: "status", hidden: true });
const body = el("div", { class: "visit" }, el("p", {}, t("visit.loading")));
const updated = el("p", { class: "updated" });
const bar = el("nav", { class: "languages" });
root.append(bar, stale, body, updated);

const feed = new Feed(facility.id, "visit", { visit: subject, k: query.get("k") ?? "" }, null, {
  snapshot(frame) {
    picture.replace(frame.state);
    known = true;
    draw();
  },
  event(frame) {
    picture.apply(frame.set);
    draw();
  },
  stale(at) {
    stale.textContent = at ? t("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : t("stale.never");
    stale.hidden = false;
  },
  fresh() {
    stale.hidden = true;
    whenNewVersion(() => location.reload());
  },
  refused() {
    known = false;
    body.replaceChildren(el("p", { class: "unknown" }, t("visit.unknown")));
  },
});

function journey() {
  return [...picture.tickets.values()].sort((a, b) => stop(a) - stop(b));
}

// A ticket's id ends with its stop's place in the journey.
function stop(ticket) {
  return Number(ticket.id.split("-").pop());
}

function draw() {
  document.documentElement.lang = language;
  drawLanguages();
  if (!known) return;
  const stops = journey();
  const current = IN_PLAY.map((state) => stops.find((one) => one.state === state)).find(Boolean) ?? stops.at(-1);
  if (!current) {
    body.replaceChildren(el("p", { class: "unknown" }, t("visit.unknown")));
    return;
  }
  buzz(current);
  document.body.classList.toggle("called", current.state === "called");
  body.replaceChildren(
    el("p", { class: "facility" }, inLanguage(facility.name, language)),
    el("p", { class: "label" }, t("visit.your_number")),
    el("p", { class: "number", id: "number" }, current.number),
    el("p", { class: "state", "aria-live": "assertive" }, stateSentence(current, stops)),
    facts(current),
    stops.length > 1 && way(stops),
  );
  tick();
}

function roomName(ticket) {
  return inLanguage(facility.rooms.find((room) => room.id === ticket.room)?.name, language);
}

function stateSentence(ticket, stops) {
  if (stops.every((one) => one.state === "done")) return t("visit.finished");
  if (ticket.state === "waiting" && ticket.position === 1) return t("visit.you_are_next");
  return t(`visit.state.${ticket.state}`, { room: roomName(ticket) });
}

function facts(ticket) {
  const clinic = facility.clinics.find((one) => one.id === ticket.clinic);
  const place = [inLanguage(clinic?.name, language), inLanguage(clinic?.location, language)].filter(Boolean);
  const waiting = ticket.state === "waiting";
  const range = waitRange(ticket.estimated_wait, t);
  const noRoom = picture.clinics.get(ticket.clinic)?.rooms_open === 0;
  return el(
    "dl",
    {},
    waiting && ticket.position > 1 && fact(t("visit.ahead"), String(ticket.position - 1), "ahead"),
    waiting && range && fact(t("visit.wait"), noRoom ? t("visit.no_room_open") : range, "wait"),
    place.length > 0 && fact(t("visit.where"), place.join(" · "), "where"),
  );
}

function fact(label, value, className) {
  return el("div", { class: className }, el("dt", {}, label), el("dd", {}, value));
}

function way(stops) {
  return el(
    "section",
    { class: "way" },
    el("h2", {}, t("visit.journey")),
    el(
      "ol",
      {},
      ...stops.map((one) =>
        el(
          "li",
          { class: one.state },
          el("strong", {}, inLanguage(facility.services.find((service) => service.id === one.service)?.name, language)),
          el("span", {}, t(`visit.state.${one.state}`, { room: roomName(one) })),
        ),
      ),
    ),
  );
}

// Once for each call, where the phone lets a page do so.
function buzz(ticket) {
  const call = ticket.state === "called" ? `${ticket.id} ${ticket.calls}` : "";
  if (call && call !== buzzed) navigator.vibrate?.([400, 200, 400]);
  buzzed = call;
}

function drawLanguages() {
  bar.replaceChildren(
    ...Object.keys(words).map((one) =>
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
  setText(updated, heard === null ? "" : t("visit.updated", { time: clockTime(heard, facility.time_zone) }));
}

drawLanguages();
setInterval(tick, 1000);
