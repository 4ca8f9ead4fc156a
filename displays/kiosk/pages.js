// The kiosk's pages, one question each. A page is a node made from the attempt so far and what to do next; it may
// have `typed(key)` and `entered()` for a real keyboard, and `shown()` for when it stands on the screen.
// Never: send anything, or keep anything outside the attempt it is given.

import { el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { inLanguage } from "../shared/words.js";
import { digitKeys, eraseLast, letterKeys, typeDigit, typeLetter } from "./keyboard.js";

export { cancelled, ticket } from "./ticket.js";

// kiosk: {t, language, facility, attempt, go(page), choose(part), send(), wipe(), callNurse()} (screen.js).

export function start(kiosk) {
  const { t, facility, language } = kiosk;
  return el(
    "section",
    { class: "page start" },
    el("h1", { class: "facility", tabindex: "-1" }, inLanguage(facility.name, language)),
    el(
      "button",
      { type: "button", class: "main begin", onclick: () => kiosk.go("identify") },
      icon("hand"),
      el("span", { class: "big" }, t("kiosk.begin")),
      el("span", {}, t("kiosk.begin_hint")),
    ),
    el("p", { class: "scan-hint" }, icon("card"), el("span", {}, t("kiosk.scan_now"))),
    el(
      "button",
      { type: "button", class: "emergency", onclick: kiosk.callNurse },
      icon("ambulance"),
      el("span", {}, t("kiosk.emergency")),
    ),
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
    type: typeDigit,
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
    type: typeLetter,
    keep: (text) => text.replace(/\s+/g, " ").replace(/^ /, ""),
    good: (text) => text.trim().length >= 2,
    shown: (text) => text,
    next: (text) => kiosk.choose({ digits: "", identity: { scheme: "name", value: text.trim() } }, "birth"),
  });
}

export function birth(kiosk) {
  const { t, attempt } = kiosk;
  const { yearOnly } = attempt;
  return entry(kiosk, {
    title: t(yearOnly ? "kiosk.birth_year_title" : "kiosk.birth_title"),
    hint: t(yearOnly ? "kiosk.birth_year_hint" : "kiosk.birth_hint"),
    part: "birth",
    limit: yearOnly ? 4 : 8,
    keys: digitKeys,
    type: typeDigit,
    good: (text) => birthDate(text, yearOnly, new Date()) !== null,
    wrong: (text) => (text.length === (yearOnly ? 4 : 8) ? t("kiosk.birth_wrong") : ""),
    shown: (text) => birthShown(text, yearOnly),
    next: () => kiosk.go(attempt.service ? "priority" : "service"),
    other: el(
      "button",
      { type: "button", class: "other", onclick: () => kiosk.choose({ birth: "", yearOnly: !yearOnly }, "birth") },
      t(yearOnly ? "kiosk.birth_whole" : "kiosk.birth_year_only"),
    ),
  });
}

// "17051980" -> "1980-05-17"; with yearOnly "1980" -> "1980"; null when no calendar has it. A kiosk whose own clock
// is wrong must not refuse a child: years up to 2026 are always taken.
export function birthDate(text, yearOnly, today) {
  const found = yearOnly ? /^()()(\d{4})$/.exec(text) : /^(\d\d)(\d\d)(\d{4})$/.exec(text);
  if (!found) return null;
  const year = Number(found[3]);
  if (year < 1900 || year > Math.max(today.getUTCFullYear(), 2026)) return null;
  if (yearOnly) return found[3];
  const [day, month] = [Number(found[1]), Number(found[2])];
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month - 1) return null;
  return `${found[3]}-${found[2]}-${found[1]}`;
}

function birthShown(text, yearOnly) {
  if (yearOnly) return text.padEnd(4, "_");
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
        el(
          "button",
          { type: "button", disabled: at === 0, onclick: () => turn(-1) },
          icon("back"),
          t("kiosk.page_before"),
        ),
        el("span", {}, t("kiosk.page_of", { page: at + 1, pages })),
        el(
          "button",
          { type: "button", disabled: at === pages - 1, onclick: () => turn(1) },
          t("kiosk.page_after"),
          icon("next"),
        ),
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
  return el(
    "section",
    { class: "page sending", role: "status" },
    el("div", { class: "dots" }, el("i"), el("i"), el("i")),
    el("p", { class: "big" }, kiosk.t(kiosk.retrying ?? "kiosk.sending")),
  );
}

// Tried again is what may pass by itself; from anything else the way leads back to the start, or to the desk.
export function problem(kiosk) {
  const { t } = kiosk;
  const { error, again } = kiosk.trouble;
  return el(
    "section",
    { class: "page problem", role: "alert" },
    icon("warning"),
    el("h1", { tabindex: "-1" }, error.sentence(t)),
    el("p", {}, t(error.passing ? "kiosk.ask_staff" : "kiosk.go_to_desk")),
    error.passing
      ? el("button", { type: "button", class: "main", onclick: again }, t("kiosk.try_again"))
      : el("button", { type: "button", class: "main", onclick: kiosk.wipe }, t("kiosk.start_over")),
  );
}

function question(kiosk, title, ...children) {
  const message =
    kiosk.message && el("p", { class: "message", role: "alert" }, icon("warning"), el("span", {}, kiosk.message));
  return el("section", { class: "page" }, message, el("h1", { tabindex: "-1" }, title), ...children);
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
function entry(
  kiosk,
  { title, hint, part, limit, keys, type, keep = (text) => text, good, wrong = () => "", shown, next, other = null },
) {
  const { t, attempt } = kiosk;
  let value = attempt[part];
  const field = el("p", { class: "field", "aria-live": "polite" });
  const fault = el("p", { class: "fault", role: "alert" });
  const onward = el(
    "button",
    { type: "button", class: "main onward", onclick: () => next(value) },
    t("kiosk.next"),
    icon("next"),
  );
  const edit = (change) => {
    value = Array.from(keep(change(value)))
      .slice(0, limit)
      .join("");
    attempt[part] = value;
    field.textContent = shown(value);
    fault.textContent = good(value) ? "" : wrong(value);
    onward.disabled = !good(value);
  };
  edit((text) => text);
  const page = question(kiosk, title, el("p", { class: "hint" }, hint), field, fault, keys(edit, t), onward, other);
  page.classList.add("entry");
  page.typed = (key) => edit((text) => (key === "Backspace" ? eraseLast(text) : type(text, key)));
  page.entered = () => good(value) && next(value);
  return page;
}
