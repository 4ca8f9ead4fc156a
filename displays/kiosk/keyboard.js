// Typing, on the keys shown or on real ones: digits for numbers and dates, letters with Telex for names.
// Never: keep what was typed; the page holds it and is told of each key.

import { el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { telex } from "./telex.js";

const LETTERS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const MARKS = ["ă", "â", "đ", "ê", "ô", "ơ", "ư"];
const TONES = [
  ["s", "á"],
  ["f", "à"],
  ["r", "ả"],
  ["x", "ã"],
  ["j", "ạ"],
];

const atWordStart = (text) => text === "" || text.endsWith(" ");

// Each: the text and a key in, the new text out.
export const typeDigit = (text, key) => (/^\d$/.test(key) ? text + key : text);
// Names are written with capitals: the first letter of each word, without a shift key to look for.
export const typeLetter = (text, key) => telex(text, atWordStart(text) ? key.toUpperCase() : key);
const typeMarked = (text, letter) => text + (atWordStart(text) ? letter.toUpperCase() : letter);
const typeSpace = (text) => (atWordStart(text) ? text : `${text} `);
export const eraseLast = (text) => Array.from(text).slice(0, -1).join("");

function key(label, press, className = "", spoken = null) {
  return el("button", { type: "button", class: `key ${className}`, "aria-label": spoken, onclick: press }, label);
}

// edit(change): change is a function from the text to the new text.
export function digitKeys(edit, t) {
  const digit = (one) => key(one, () => edit((text) => typeDigit(text, one)));
  return el(
    "div",
    { class: "keys digits" },
    ...Array.from("123456789", digit),
    key(t("kiosk.clear"), () => edit(() => ""), "word"),
    digit("0"),
    key(icon("erase"), () => edit(eraseLast), "", t("kiosk.erase")),
  );
}

export function letterKeys(edit, t) {
  const row = (...keys) => el("div", { class: "row" }, ...keys);
  const letter = (one) => key(one, () => edit((text) => typeLetter(text, one)));
  return el(
    "div",
    { class: "keys letters" },
    row(...MARKS.map((one) => key(one, () => edit((text) => typeMarked(text, one)), "marked"))),
    row(...Array.from(LETTERS[0], letter)),
    row(...Array.from(LETTERS[1], letter)),
    row(
      ...Array.from(LETTERS[2], letter),
      key(icon("erase"), () => edit(eraseLast), "wide", t("kiosk.erase")),
    ),
    row(
      ...TONES.map(([tone, shown]) => key(shown, () => edit((text) => telex(text, tone)), "tone")),
      key(t("kiosk.space"), () => edit(typeSpace), "space"),
    ),
  );
}
