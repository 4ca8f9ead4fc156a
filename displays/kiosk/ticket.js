// The ticket: the number as large as the page allows, where to go, how long it may take, and what else is to come.
// Never: a name, a card number or a birth date; whoever stands behind may read this page.

import { el, fit } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { wayOf } from "../shared/paper.js";
import { inLanguage, waitRange } from "../shared/words.js";

const OVER = new Set(["done", "no-show", "cancelled"]);

// kiosk.result: the check-in's answer, `held` where the patient held it already, `paper` as the server would print it
// (null: not to be had), `link` {visit, key, qr} of the patient's page. kiosk.prints: whether a printer is attached.
export function ticket(kiosk) {
  const { t, language, facility } = kiosk;
  const { ticket: given, visit, held, paper } = kiosk.result;
  const planned = given.state === "planned";
  const stops = paper?.way ?? [];
  const { state, place, facts } = paper ?? answered(kiosk);
  const service = (id) => inLanguage(facility.services.find((one) => one.id === id)?.name, language);
  const page = el(
    "section",
    { class: `page ticket${kiosk.prints && paper ? " printed" : ""}` },
    el(
      "div",
      { class: "given" },
      el("h1", { tabindex: "-1" }, t(held || planned ? "kiosk.held" : "kiosk.your_number")),
      el("p", { class: "number", id: "number" }, given.number),
      place.length > 0 && el("p", { class: "clinic" }, place[0]),
      (state || place.length > 2) && el("p", { class: "room" }, state || place[1]),
      place.length > 1 && el("p", { class: "where" }, place.at(-1)),
    ),
    planned &&
      el(
        "p",
        { class: "planned" },
        icon("next"),
        el(
          "span",
          {},
          stops.length > 0
            ? t("kiosk.one_number")
            : t("kiosk.planned", { now: service(goesTo(kiosk.result).service), then: service(given.service) }),
        ),
      ),
    facts.length > 0 && el("dl", { class: "facts" }, ...facts.map((one) => fact(one.label, one.value))),
    stops.length > 0 && wayOf(paper),
    code(kiosk),
    el(
      "div",
      { class: "ends" },
      held &&
        visit.journey.some((one) => !OVER.has(one.state)) &&
        !visit.journey.some((one) => one.state === "serving") &&
        el("button", { type: "button", class: "give-up", onclick: kiosk.askGiveUp }, t("kiosk.give_up")),
      el(
        "button",
        { type: "button", class: "main finish", onclick: kiosk.wipe },
        t("kiosk.done"),
        " ",
        el("span", { id: "countdown" }),
      ),
    ),
  );
  page.shown = () => page.querySelectorAll(".clinic, .where, .way").forEach((line) => fit(line));
  return page;
}

// Somebody who waits elsewhere already goes there first.
function goesTo({ ticket: given, visit }) {
  if (given.state !== "planned") return given;
  return visit.journey.find((one) => one.state !== "planned" && !OVER.has(one.state)) ?? given;
}

// What the check-in's answer knows of it: less than the paper, which counts where the patient is.
function answered({ t, language, facility, result }) {
  const now = goesTo(result);
  const clinic = facility.clinics.find((one) => one.id === now.clinic);
  const room = facility.rooms.find((one) => one.id === now.room);
  const name = clinic ? inLanguage(clinic.name, language) : inLanguage(result.directions, language);
  const location = inLanguage(room?.location, language) || inLanguage(clinic?.location, language);
  const ahead = now.position > 1 ? String(now.position - 1) : t("ticket.nobody_ahead");
  const wait = waitRange(now.estimated_wait, t);
  return {
    state: now.state === "called" ? t("stop.called", { room: inLanguage(room?.name, language) }) : "",
    place: [name, location].filter(Boolean),
    facts: [
      now.position && { label: t("ticket.ahead"), value: ahead },
      wait && { label: t("ticket.wait"), value: wait },
    ].filter(Boolean),
  };
}

// After a cancellation: nothing else is left to say.
export function cancelled(kiosk) {
  const { t } = kiosk;
  return el(
    "section",
    { class: "page problem gone", role: "status" },
    icon("check"),
    el("h1", { tabindex: "-1" }, t("kiosk.given_up", { number: kiosk.result.ticket.number })),
    el("button", { type: "button", class: "main", onclick: kiosk.wipe }, t("kiosk.done")),
  );
}

function fact(label, value) {
  return el("div", {}, el("dt", {}, label), el("dd", {}, value));
}

function code(kiosk) {
  const { t, result, prints } = kiosk;
  return el(
    "figure",
    { class: "qr" },
    el("img", { src: result.link.qr, alt: t("kiosk.qr_alt") }),
    el(
      "figcaption",
      {},
      el("strong", {}, t(!prints ? "kiosk.no_printer" : result.paper ? "kiosk.take_ticket" : "kiosk.not_printed")),
      el("span", {}, t("kiosk.qr")),
    ),
  );
}
