// The list of the desk's keys.
// Never: listen to one; keys.js does.

import { el } from "../shared/dom.js";
import { KEYS } from "./people.js";

const AROUND = [
  ["← →", "desk.key_clinic"],
  ["↓ ↑", "desk.key_person"],
  ["1 – 6", "desk.key_lists"],
  ["/", "desk.find"],
  ["Z", "staff.undo"],
  ["Esc", "desk.key_forget"],
  ["?", "desk.help"],
];

export function helpBox(t) {
  const moves = Object.entries(KEYS).map(([action, key]) => [key, `desk.act.${action}`]);
  const box = el(
    "dialog",
    { class: "help" },
    el("h2", {}, t("desk.help")),
    el(
      "dl",
      {},
      ...[...AROUND, ...moves].map(([key, name]) =>
        el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(name))),
      ),
    ),
    el("p", {}, t("desk.drag_hint")),
    el("button", { type: "button", class: "main", onclick: () => box.close() }, t("staff.close")),
  );
  return box;
}
