// On-screen keys: digits for numbers and dates, letters with Telex for names.
// Never: keep what was typed; the page holds it and is told of each key.

import { el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { telex } from "./telex.js";

const LETTERS = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
const MARKS = ["ă", "â", "đ", "ê", "ô", "ơ", "ư"];
const TONES = [["s", "á"], ["f", "à"], ["r", "ả"], ["x", "ã"], ["j", "ạ"]];

function key(label, press, className = "key") {
  return el("button", { type: "button", class: className, onclick: press }, label);
}

// edit(change): change is a function from the text to the new text.
export function digitKeys(edit, t) {
  const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((d) => key(d, () => edit((text) => text + d)));
  const erase = key(icon("erase"), () => edit((text) => text.slice(0, -1)));
  erase.setAttribute("aria-label", t("kiosk.erase"));
  return el(
    "div",
    { class: "digits" },
    ...digits,
    key(t("kiosk.clear"), () => edit(() => ""), "key word"),
    key("0", () => edit((text) => text + "0")),
    erase,
  );
}

export function letterKeys(edit, t) {
  // Names are written with capitals: the first letter of each word, without a shift key to look for.
  const type = (letter) =>
    edit((text) => telex(text, text === "" || text.endsWith(" ") ? letter.toUpperCase() : letter));
  const whole = (letter) =>
    edit((text) => text + (text === "" || text.endsWith(" ") ? letter.toUpperCase() : letter));
  const erase = key(icon("erase"), () => edit((text) => Array.from(text).slice(0, -1).join("")), "key wide");
  erase.setAttribute("aria-label", t("kiosk.erase"));
  return el(
    "div",
    { class: "letters" },
    el("div", { class: "row" }, ...MARKS.map((letter) => key(letter, () => whole(letter)))),
    ...LETTERS.map((row, place) =>
      el(
        "div",
        { class: "row" },
        ...Array.from(row, (letter) => key(letter, () => type(letter))),
        place === 2 ? erase : null,
      ),
    ),
    el(
      "div",
      { class: "row" },
      ...TONES.map(([tone, shown]) => key(shown, () => edit((text) => telex(text, tone)), "key tone")),
      key(t("kiosk.space"), () => edit((text) => (text === "" || text.endsWith(" ") ? text : `${text} `)), "key space"),
    ),
  );
}
