// The ticket: the number as large as the page allows, where to go, how long it may take, and what else is to come.
// Never: a name, a card number or a birth date; whoever stands behind may read this page.

import { el, fit } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { inLanguage, waitRange } from "../shared/words.js";

const OVER = new Set(["done", "no-show", "cancelled"]);

export function ticket(kiosk) {
  const { t, language, facility } = kiosk;
  const { ticket: given, visit, directions, held } = kiosk.result;
  const planned = given.state === "planned";
  // Somebody who waits elsewhere already goes there first.
  const now = planned ? (visit.journey.find((one) => one.state !== "planned" && !OVER.has(one.state)) ?? given) : given;
  const clinic = facility.clinics.find((one) => one.id === now.clinic);
  const room = facility.rooms.find((one) => one.id === now.room);
  const service = (id) => inLanguage(facility.services.find((one) => one.id === id)?.name, language);
  const wait = waitRange(now.estimated_wait, t);
  const roomName = inLanguage(room?.name, language);
  const location = inLanguage(room?.location, language) || inLanguage(clinic?.location, language);
  const page = el(
    "section",
    { class: "page ticket" },
    el(
      "div",
      { class: "given" },
      el("h1", { tabindex: "-1" }, t(held || planned ? "kiosk.held" : "kiosk.your_number")),
      el("p", { class: "number", id: "number" }, given.number),
      el("p", { class: "clinic" }, clinic ? inLanguage(clinic.name, language) : inLanguage(directions, language)),
      room && el("p", { class: "room" }, now.state === "called" ? t("kiosk.called_to", { room: roomName }) : roomName),
      location && el("p", { class: "where" }, location),
    ),
    planned &&
      el(
        "p",
        { class: "planned" },
        icon("next"),
        el("span", {}, t("kiosk.planned", { now: service(now.service), then: service(given.service) })),
      ),
    now.state === "waiting" &&
      el(
        "dl",
        { class: "facts" },
        now.position && fact(t("kiosk.ahead"), now.position > 1 ? String(now.position - 1) : t("kiosk.nobody_ahead")),
        wait && fact(t("kiosk.wait"), wait),
      ),
    qr(visit, t),
    el(
      "button",
      { type: "button", class: "main finish", onclick: kiosk.wipe },
      t("kiosk.done"),
      " ",
      el("span", { id: "countdown" }),
    ),
  );
  page.shown = () => page.querySelectorAll(".clinic, .where").forEach((line) => fit(line));
  return page;
}

function fact(label, value) {
  return el("div", {}, el("dt", {}, label), el("dd", {}, value));
}

function qr(visit, t) {
  if (!visit.tracking_url) return null;
  const tracking = new URL(visit.tracking_url, location.href);
  return el(
    "figure",
    { class: "qr" },
    el("img", { src: `${tracking.pathname}/qr.svg${tracking.search}`, alt: t("kiosk.qr_alt") }),
    el("figcaption", {}, t("kiosk.qr")),
  );
}
