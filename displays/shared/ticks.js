// A dialog to tick several of many: arrows move, Space ticks, Enter is done.
// Never: know what is ticked.

import { el } from "./dom.js";

// groups: [{name, options: [{value, label, ticked}]}]. Gives the ticked values in their order, or null when it was left.
export function tick(t, { title, groups, confirm = t("staff.choose") }) {
  const box = ({ value, label, ticked }) =>
    el("label", { class: "box" }, el("input", { type: "checkbox", value, checked: ticked === true }), el("span", {}, label));
  const dialog = el(
    "dialog",
    { class: "ticks", "aria-label": title },
    el("h2", {}, title),
    ...groups.map(({ name, options }) =>
      el("fieldset", {}, name && el("legend", {}, name), el("div", { class: "boxes" }, ...options.map(box))),
    ),
    el(
      "div",
      { class: "row" },
      el("button", { type: "button", class: "main", onclick: () => take() }, confirm, el("kbd", {}, "Enter")),
      el("button", { type: "button", onclick: () => dialog.close() }, t("staff.back"), el("kbd", {}, "Esc")),
    ),
  );
  const boxes = [...dialog.querySelectorAll("input")];
  let answer = null;

  function take() {
    answer = boxes.filter((one) => one.checked).map((one) => one.value);
    dialog.close();
  }

  dialog.addEventListener("keydown", (event) => {
    // The screen behind must not take these keys for its own.
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step) boxes[(boxes.indexOf(document.activeElement) + step + boxes.length) % boxes.length].focus();
    else if (event.key === "Enter" && !event.repeat && event.target.tagName !== "BUTTON") take();
    else return;
    event.preventDefault();
  });

  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(answer);
    });
    document.getElementById("screen").append(dialog);
    dialog.showModal();
    boxes[0]?.focus();
  });
}
