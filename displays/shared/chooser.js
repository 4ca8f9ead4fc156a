// A dialog to choose one of many by typing, arrows and Enter, or by a press; with a reason where one is wanted.
// Never: know what is chosen between.

import { el, fill } from "./dom.js";
import { plain } from "./staff.js";

const SHOWN_AT_MOST = 200;

// options: [{value, label, hint, group}]. reasons: slugs, the first is the usual one. Gives {value, reason}, or null
// when it was left. With a single option it only asks whether, and why.
// made(text): one more option, made of what was typed.
export function choose(t, { title, options, reasons = [], confirm = t("staff.choose"), made = () => null }) {
  const single = options.length === 1;
  const find = el("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: t("staff.filter"),
    "aria-label": t("staff.filter"),
    "aria-controls": "choices",
    role: "combobox",
    "aria-expanded": "true",
    "aria-autocomplete": "list",
  });
  const list = el("ul", { id: "choices", role: "listbox", "aria-label": title });
  const why = el("select", { id: "why" }, ...reasons.map((one) => el("option", { value: one }, t(`reason.${one}`))));
  const dialog = el(
    "dialog",
    { class: "chooser", "aria-label": title },
    el("h2", {}, title),
    single ? el("p", { class: "only" }, options[0].label) : find,
    !single && list,
    reasons.length > 0 && el("label", { class: "why" }, el("span", {}, t("staff.reason")), why),
    el(
      "div",
      { class: "row" },
      el("button", { type: "button", class: "main", onclick: () => take() }, confirm, el("kbd", {}, "Enter")),
      el("button", { type: "button", onclick: () => dialog.close() }, t("staff.back"), el("kbd", {}, "Esc")),
    ),
  );
  let shown = options;
  let at = 0;

  function draw() {
    const wanted = plain(find.value);
    shown = options.filter((one) => plain(`${one.label} ${one.hint ?? ""}`).includes(wanted)).slice(0, SHOWN_AT_MOST);
    const own = wanted && made(find.value);
    if (own) shown = [...shown, own];
    at = Math.min(at, Math.max(0, shown.length - 1));
    const rows = shown.flatMap((one, place) => [
      one.group && one.group !== shown[place - 1]?.group && el("li", { class: "group", role: "presentation" }, one.group),
      el(
        "li",
        {
          id: `choice-${place}`,
          role: "option",
          "aria-selected": String(place === at),
          onclick: () => ((at = place), take()),
        },
        el("span", {}, one.label),
        one.hint && el("small", {}, one.hint),
      ),
    ]);
    fill(list, rows.length ? rows : el("li", { class: "group", role: "presentation" }, t("staff.nothing_found")));
    find.setAttribute("aria-activedescendant", shown.length ? `choice-${at}` : "");
    list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }

  function take() {
    const chosen = single ? options[0] : shown[at];
    if (!chosen) return;
    answer = { value: chosen.value, reason: reasons.length ? why.value : null };
    dialog.close();
  }

  dialog.addEventListener("keydown", (event) => {
    // The screen behind must not take these keys for its own.
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target === find) {
      at = (at + step + shown.length) % Math.max(1, shown.length);
      draw();
    } else if (event.key === "Enter" && !event.repeat && event.target.tagName !== "BUTTON") take();
    else return;
    event.preventDefault();
  });
  find.addEventListener("input", () => ((at = 0), draw()));

  let answer = null;
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(answer);
    });
    document.getElementById("screen").append(dialog);
    if (!single) draw();
    dialog.showModal();
    if (single) dialog.querySelector(".main").focus();
    else find.focus();
  });
}
