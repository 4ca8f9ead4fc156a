// The console's panels: nodes made from the desk's state (screen.js).
// Never: call the server; a press goes back to the desk.

import { el } from "../shared/dom.js";
import { facility } from "../shared/page.js";
import { clinicName, priorityName, serviceName } from "../shared/staff.js";
import { clockTime, inLanguage } from "../shared/words.js";
import { journeyPanel } from "./journey.js";
import { KEYS } from "./keys.js";

export function button(desk, action, label, { shortcut = "", detail = null, className = "", disabled = false } = {}) {
  const asking = desk.sure === action;
  return el(
    "button",
    {
      type: "button",
      class: `${className} ${asking ? "sure" : ""} ${desk.busy === action ? "busy" : ""}`,
      "data-act": detail ? `${action}-${detail.id}` : action,
      "aria-keyshortcuts": shortcut || null,
      disabled: disabled || (desk.busy !== null && desk.busy !== action),
      onclick: () => desk.press(action, detail),
    },
    el("span", {}, asking ? desk.t(`console.${action}_sure`) : label),
    shortcut && el("kbd", { "aria-hidden": "true" }, shortcut === "Delete" ? "Del" : shortcut),
  );
}

export function roomBar(desk) {
  const { t, room } = desk;
  const until = room.paused_until && clockTime(Date.parse(room.paused_until), facility.time_zone);
  const state =
    room.state === "paused" && until
      ? t("console.state.paused_until", { time: until })
      : t(`console.state.${room.state}`);
  const bar = [el("span", { class: `state ${room.state}` }, state)];
  if (room.state === "closed") {
    const field = el("input", {
      id: "practitioner",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: "40",
      placeholder: t("console.practitioner"),
      "aria-label": t("console.practitioner"),
    });
    field.value = desk.practitioner;
    field.addEventListener("input", () => {
      desk.practitioner = field.value;
    });
    bar.push(field, button(desk, "open", t("console.open"), { shortcut: "O", className: "main" }));
    bar.push(button(desk, "clinics", t("console.clinics"), { shortcut: "V" }));
    return bar;
  }
  if (room.practitioner) bar.push(el("span", { class: "practitioner" }, room.practitioner));
  if (room.state === "paused")
    bar.push(button(desk, "open", t("console.reopen"), { shortcut: "O", className: "main" }));
  else {
    bar.push(button(desk, "pause", t("console.pause"), { shortcut: "P" }));
    bar.push(button(desk, "until", t("console.until_short"), { shortcut: "B" }));
  }
  bar.push(button(desk, "clinics", t("console.clinics"), { shortcut: "V" }));
  bar.push(button(desk, "close", t("console.close"), { shortcut: "K" }));
  return bar;
}

export function patientCard(desk) {
  const { t, room, here, current } = desk;
  if (!current) {
    const hint =
      room.state === "closed"
        ? "console.opens_first"
        : room.state === "paused"
          ? "console.paused_now"
          : "console.nobody_here";
    return el("section", { class: "here nobody" }, el("p", {}, t(hint)));
  }
  const patient = current.patient ?? {};
  const since = current.state === "serving" ? current.started_at : current.called_at;
  return el(
    "section",
    { class: `here ${current.state}` },
    here.length > 1 &&
      el(
        "p",
        { class: "others" },
        ...here.map((one) =>
          el(
            "button",
            {
              type: "button",
              "aria-pressed": String(one.id === current.id),
              "data-act": `here-${one.id}`,
              onclick: () => desk.select(one.id),
            },
            one.number,
          ),
        ),
      ),
    el(
      "div",
      { class: "who" },
      el("span", { class: "number" }, current.number),
      el(
        "div",
        { class: "person" },
        el("p", { class: "name" }, patient.name ?? t("console.unnamed")),
        el(
          "p",
          {},
          [
            patient.birth_year && t("console.born", { year: patient.birth_year }),
            patient.last3 && t("console.last3", { digits: patient.last3 }),
          ]
            .filter(Boolean)
            .join(" · "),
        ),
      ),
      el(
        "div",
        { class: "since" },
        el("span", {}, t(`console.state_for.${current.state}`)),
        since && el("span", { class: "timer", "data-since": since }),
      ),
    ),
    el(
      "p",
      { class: "tags" },
      el("span", { class: "tag class" }, priorityName(current.priority, desk.language)),
      ...(patient.flags ?? []).map((flag) => el("span", { class: "tag flag" }, flagName(t, flag))),
      current.calls > 1 && el("span", { class: "tag" }, t("console.calls", { count: current.calls })),
      patient.language &&
        patient.language !== desk.language &&
        el("span", { class: "tag" }, patient.language.toUpperCase()),
    ),
    el("p", { class: "service" }, `${serviceName(current.service, desk.language)} · ${clinicName(current.clinic, desk.language)}`),
    journeyPanel(desk),
  );
}

function flagName(t, flag) {
  const key = `console.flag.${flag}`;
  const name = t(key);
  return name === key ? flag : name;
}

export function actionsPanel(desk) {
  const { t, room, current } = desk;
  const state = current?.state;
  const has = (one) => desk.aside.some((ticket) => ticket.state === one);
  return el(
    "section",
    { class: "actions" },
    el(
      "div",
      { class: "row" },
      button(desk, "start", t("console.start"), {
        shortcut: "S",
        disabled: state !== "called",
        className: state === "called" ? "main" : "",
      }),
      button(desk, "complete", t("console.complete"), {
        shortcut: "D",
        disabled: state !== "serving",
        className: state === "serving" ? "main" : "",
      }),
      button(desk, "orders", t("console.orders"), { shortcut: "E", disabled: state !== "serving" }),
    ),
    el(
      "div",
      { class: "row" },
      button(desk, "recall", t("console.recall"), { shortcut: "R", disabled: state !== "called" }),
      button(desk, "no_show", t("console.no_show"), { shortcut: "X", disabled: state !== "called" }),
      button(desk, "requeue", t("console.requeue"), { shortcut: "Q", disabled: state !== "called" }),
      button(desk, "transfer", t("console.transfer"), { shortcut: "T", disabled: !current }),
    ),
    el(
      "div",
      { class: "row small" },
      button(desk, "reinstate", t("console.reinstate"), { shortcut: "I", disabled: !has("no-show") }),
      button(desk, "hold", t("console.resume"), { shortcut: "H", disabled: !has("on-hold") }),
      button(desk, "release", t("console.release"), { shortcut: "L", disabled: !desk.awaited }),
      button(desk, "reopen_stop", t("console.reopen_stop"), { shortcut: "W", disabled: desk.ended.length === 0 }),
    ),
    button(desk, "call_next", t("console.call_next"), {
      shortcut: "N",
      className: "main next",
      disabled: room.state !== "open" || desk.full,
    }),
  );
}

export function chooseRoom(desk) {
  const { t, language, picture } = desk;
  return el(
    "section",
    { class: "choose" },
    el("h1", {}, t("console.choose_room")),
    el(
      "ul",
      {},
      ...facility.rooms.map((room) => {
        const state = picture.rooms.get(room.id)?.state;
        const name = inLanguage(room.name, language);
        const clinics = room.clinics.map((id) => clinicName(id, desk.language)).join(", ");
        return el(
          "li",
          {},
          el(
            "a",
            { href: `/console/${facility.id}/${room.id}`, title: `${name}: ${clinics}` },
            el("strong", {}, name),
            el("span", { class: "clinics" }, clinics),
            state && el("span", { class: `state ${state}` }, t(`console.state.${state}`)),
          ),
        );
      }),
    ),
  );
}

// What a key is called where its button says something else.
const NAMES = { open: "key_open", hold: "key_hold", until: "until_title", clinics: "clinics_title" };

export function helpBox(desk) {
  const { t } = desk;
  const lines = [
    ...Object.entries(KEYS).map(([action, key]) => [key === "Delete" ? "Del" : key, `console.${NAMES[action] ?? action}`]),
    ["Z", "staff.undo"],
    ["↓ ↑", "console.key_choose"],
    ["/", "console.find"],
    ["?", "console.help"],
  ];
  const box = el(
    "dialog",
    { class: "help" },
    el("h2", {}, t("console.help")),
    el("dl", {}, ...lines.map(([key, name]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(name))))),
    el("button", { type: "button", class: "main", onclick: () => box.close() }, t("console.help_close")),
  );
  return box;
}
