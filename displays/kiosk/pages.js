// The kiosk's pages, one question each. A page is a node made from the attempt so far and what to do next.
// Never: send anything, or keep anything outside the attempt it is given.

import { el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { inLanguage, waitRange } from "../shared/words.js";
import { digitKeys, letterKeys } from "./keyboard.js";

// kiosk: {t, language, facility, attempt, go(page), choose(part), send(), wipe()} (screen.js).

export function start(kiosk) {
  const { t, facility, language } = kiosk;
  return el(
    "section",
    { class: "page start" },
    el("p", { class: "facility" }, inLanguage(facility.name, language)),
    el(
      "button",
      { type: "button", class: "main begin", onclick: () => kiosk.go("identify") },
      icon("hand"),
      el("span", { class: "big" }, t("kiosk.begin")),
      el("span", {}, t("kiosk.begin_hint")),
    ),
    el("p", { class: "scan-hint" }, icon("card"), el("span", {}, t("kiosk.scan_now"))),
    el("p", { class: "emergency" }, icon("ambulance"), el("span", {}, t("kiosk.emergency"))),
  );
}

export function identify(kiosk) {
  const { t } = kiosk;
  return question(
    kiosk,
    t("kiosk.who"),
    el("div", { class: "scan" }, icon("card"), el("p", {}, t("kiosk.scan_card"))),
    el(
      "div",
      { class: "choices" },
      choice("keypad", t("kiosk.by_number"), t("kiosk.by_number_hint"), () => kiosk.go("number")),
      choice("person", t("kiosk.by_name"), t("kiosk.by_name_hint"), () => kiosk.go("name")),
    ),
  );
}

export function number(kiosk) {
  const { t } = kiosk;
  return entry(kiosk, {
    title: t("kiosk.number_title"),
    hint: t("kiosk.number_hint"),
    part: "digits",
    limit: 12,
    keys: digitKeys,
    keep: (text) => text.replace(/\D/g, ""),
    good: (text) => text.length === 10 || text.length === 12,
    shown: (text) => text.replace(/(\d{3})(?=\d)/g, "$1 "),
    next: (text) => kiosk.choose({ name: "", identity: { scheme: "bhyt", value: text } }, "birth"),
  });
}

export function name(kiosk) {
  const { t } = kiosk;
  return entry(kiosk, {
    title: t("kiosk.name_title"),
    hint: t("kiosk.name_hint"),
    part: "name",
    limit: 60,
    keys: letterKeys,
    keep: (text) => text.replace(/\s+/g, " ").replace(/^ /, ""),
    good: (text) => text.trim().length >= 2,
    shown: (text) => text,
    next: (text) => kiosk.choose({ digits: "", identity: { scheme: "name", value: text.trim() } }, "birth"),
  });
}

export function birth(kiosk) {
  const { t } = kiosk;
  return entry(kiosk, {
    title: t("kiosk.birth_title"),
    hint: t("kiosk.birth_hint"),
    part: "birth",
    limit: 8,
    keys: digitKeys,
    keep: (text) => text.replace(/\D/g, ""),
    good: (text) => birthDate(text, kiosk.today) !== null,
    wrong: (text) => (text.length === 8 ? t("kiosk.birth_wrong") : ""),
    shown: birthShown,
    next: () => kiosk.go("service"),
  });
}

// "17051980" -> "1980-05-17"; "1980" -> "1980" (only the year is known); null when no calendar has it.
export function birthDate(text, today) {
  if (/^(19|20)\d\d$/.test(text)) return Number(text) <= today.getUTCFullYear() ? text : null;
  const found = /^(\d\d)(\d\d)(\d{4})$/.exec(text);
  if (!found) return null;
  const [day, month, year] = found.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (year < 1900 || date > today || date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return null;
  return `${found[3]}-${found[2]}-${found[1]}`;
}

function birthShown(text) {
  if (text.length === 4 && /^(19|20)/.test(text)) return text;
  const padded = text.padEnd(8, "_");
  return `${padded.slice(0, 2)} / ${padded.slice(2, 4)} / ${padded.slice(4)}`;
}

export function service(kiosk) {
  const { t, language, facility, attempt } = kiosk;
  const offered = facility.services.filter((one) => one.kiosk !== false);
  const perPage = matchMedia("(orientation: portrait)").matches ? 10 : 8;
  const pages = Math.ceil(offered.length / perPage);
  const at = Math.min(attempt.servicePage, pages - 1);
  const turn = (by) => kiosk.choose({ servicePage: at + by }, "service");
  return question(
    kiosk,
    t("kiosk.service_title"),
    el(
      "div",
      { class: "services" },
      ...offered
        .slice(at * perPage, (at + 1) * perPage)
        .map((one) =>
          choice(one.icon, inLanguage(one.name, language), "", () => kiosk.choose({ service: one.id }, "priority")),
        ),
    ),
    pages > 1 &&
      el(
        "div",
        { class: "turn" },
        el("button", { type: "button", disabled: at === 0, onclick: () => turn(-1) }, icon("back"), t("kiosk.page_before")),
        el("span", {}, t("kiosk.page_of", { page: at + 1, pages })),
        el("button", { type: "button", disabled: at === pages - 1, onclick: () => turn(1) }, t("kiosk.page_after"), icon("next")),
      ),
  );
}

export function priority(kiosk) {
  const { t } = kiosk;
  const ask = (flags) => () => kiosk.send({ flags });
  return question(
    kiosk,
    t("kiosk.priority_title"),
    el("p", { class: "hint" }, t("kiosk.priority_hint")),
    el(
      "div",
      { class: "choices priority" },
      choice("check", t("kiosk.priority_none"), "", ask([]), "main"),
      choice("pregnant", t("kiosk.priority_pregnant"), "", ask(["pregnant"])),
      choice("wheelchair", t("kiosk.priority_disabled"), "", ask(["disabled-severe"])),
      choice("star", t("kiosk.priority_meritorious"), "", ask(["meritorious"])),
    ),
  );
}

export function sending(kiosk) {
  return el("section", { class: "page sending", role: "status" }, el("div", { class: "dots" }, el("i"), el("i"), el("i")), el("p", { class: "big" }, kiosk.t(kiosk.retrying ? "kiosk.retrying" : "kiosk.sending")));
}

export function problem(kiosk) {
  const { t } = kiosk;
  const { error, again } = kiosk.trouble;
  return el(
    "section",
    { class: "page problem", role: "alert" },
    icon("bell"),
    el("p", { class: "big" }, error.sentence(t)),
    el("p", {}, t("kiosk.ask_staff")),
    el("button", { type: "button", class: "main", onclick: again }, t("kiosk.try_again")),
  );
}

export function ticket(kiosk) {
  const { t, language, facility } = kiosk;
  const { ticket: given, visit, directions, held } = kiosk.result;
  const clinic = facility.clinics.find((one) => one.id === given.clinic);
  const room = facility.rooms.find((one) => one.id === given.room);
  const wait = waitRange(given.estimated_wait, t);
  const tracking = visit.tracking_url ? new URL(visit.tracking_url, location.href) : null;
  return el(
    "section",
    { class: "page ticket" },
    el("p", { class: "label" }, t(held ? "kiosk.held" : "kiosk.your_number")),
    el("p", { class: "number", id: "number" }, given.number),
    el("p", { class: "clinic" }, clinic ? inLanguage(clinic.name, language) : ""),
    room && el("p", { class: "room" }, inLanguage(room.name, language)),
    el("p", { class: "directions" }, inLanguage(directions, language)),
    el(
      "dl",
      { class: "facts" },
      given.position !== null && given.position !== undefined && fact(t("kiosk.ahead"), given.position > 1 ? String(given.position - 1) : t("kiosk.nobody_ahead")),
      wait && fact(t("kiosk.wait"), wait),
    ),
    tracking &&
      el(
        "figure",
        { class: "qr" },
        el("img", { src: `${tracking.pathname}/qr.svg${tracking.search}`, alt: t("kiosk.qr_alt") }),
        el("figcaption", {}, t("kiosk.qr")),
      ),
    el("button", { type: "button", class: "main", onclick: kiosk.wipe }, t("kiosk.done"), " ", el("span", { id: "countdown" })),
  );
}

function fact(label, value) {
  return el("div", {}, el("dt", {}, label), el("dd", {}, value));
}

function question(kiosk, title, ...children) {
  return el("section", { class: "page" }, kiosk.message && el("p", { class: "message", role: "alert" }, kiosk.message), el("h1", {}, title), ...children);
}

function choice(picture, label, hint, press, className = "") {
  return el(
    "button",
    { type: "button", class: `choice ${className}`, onclick: press },
    icon(picture),
    el("span", { class: "label" }, label, hint && el("small", {}, hint)),
  );
}

// A page on which something is typed: on the keys shown, or on a real keyboard where there is one.
function entry(kiosk, { title, hint, part, limit, keys, keep, good, wrong = () => "", shown, next }) {
  const { t, attempt } = kiosk;
  let value = attempt[part];
  const field = el("p", { class: "field", "aria-live": "polite" });
  const fault = el("p", { class: "fault", role: "alert" });
  const onward = el("button", { type: "button", class: "main onward", onclick: () => next(value) }, t("kiosk.next"), icon("next"));
  const edit = (change) => {
    value = Array.from(keep(change(value))).slice(0, limit).join("");
    attempt[part] = value;
    field.textContent = shown(value);
    fault.textContent = good(value) ? "" : wrong(value);
    onward.disabled = !good(value);
  };
  edit((text) => text);
  const page = question(kiosk, title, el("p", { class: "hint" }, hint), field, fault, keys(edit, t), onward);
  page.typed = (character) => edit((text) => (character === "Backspace" ? text.slice(0, -1) : text + character));
  page.entered = () => good(value) && next(value);
  return page;
}
