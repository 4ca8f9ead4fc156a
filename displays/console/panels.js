// The console's panels: nodes made from the desk's state (screen.js).
// Never: call the server; a press goes back to the desk.

import { el } from "../shared/dom.js";
import { facility } from "../shared/page.js";
import { clockTime, inLanguage } from "../shared/words.js";

const ROWS = 11;
const BREAKS = [10, 30];

const clinicName = (desk, id) => inLanguage(facility.clinics.find((clinic) => clinic.id === id)?.name, desk.language) || id;
const serviceName = (desk, id) => inLanguage(facility.services.find((service) => service.id === id)?.name, desk.language) || id;
const priorityName = (desk, id) => inLanguage(facility.priorities?.find((one) => one.id === id)?.name, desk.language) || id;

function button(desk, action, label, { shortcut = "", detail = null, className = "", disabled = false } = {}) {
  const asking = desk.sure === action;
  return el(
    "button",
    {
      type: "button",
      class: `${className} ${asking ? "sure" : ""} ${desk.busy === action ? "busy" : ""}`,
      "data-act": action + (typeof detail === "number" ? detail : ""),
      disabled: disabled || (desk.busy !== null && desk.busy !== action),
      onclick: () => desk.press(action, detail),
    },
    el("span", {}, asking ? desk.t(`console.${action}_sure`) : label),
    shortcut && el("kbd", {}, shortcut),
  );
}

export function roomBar(desk) {
  const { t, room } = desk;
  const until = room.paused_until && clockTime(Date.parse(room.paused_until), facility.time_zone);
  const state = room.state === "paused" && until ? t("console.state.paused_until", { time: until }) : t(`console.state.${room.state}`);
  const bar = [el("span", { class: `state ${room.state}` }, state)];
  if (room.state === "closed") {
    const field = el("input", { id: "practitioner", autocomplete: "off", spellcheck: "false", maxlength: "40", placeholder: t("console.practitioner"), "aria-label": t("console.practitioner") });
    field.value = desk.practitioner;
    field.addEventListener("input", () => { desk.practitioner = slug(field.value); });
    bar.push(field, button(desk, "open", t("console.open"), { shortcut: "O", className: "main" }));
  } else {
    if (room.practitioner) bar.push(el("span", { class: "practitioner" }, room.practitioner));
    if (room.state === "paused") bar.push(button(desk, "reopen", t("console.reopen"), { shortcut: "O", className: "main" }));
    else {
      bar.push(button(desk, "pause", t("console.pause"), { shortcut: "P" }));
      for (const minutes of BREAKS) bar.push(button(desk, "pause", t("console.pause_for", { minutes }), { detail: minutes }));
    }
    bar.push(button(desk, "close", t("console.close")));
  }
  bar.push(el("a", { href: `/console/${facility.id}` }, t("console.rooms")));
  return bar;
}

// A practitioner is known to the engine by a slug: "BS. Hoàng Văn Mẫu" -> "bs-hoang-van-mau".
function slug(text) {
  const plain = text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-+|-+$/g, "");
}

export function patientCard(desk) {
  const { t, room, here, current } = desk;
  if (!current) {
    const hint = room.state === "closed" ? t("console.opens_first") : room.state === "paused" ? t("console.paused_now") : t("console.nobody_here");
    return el("section", { class: "here nobody" }, el("p", {}, hint));
  }
  const patient = current.patient ?? {};
  const since = current.state === "serving" ? current.started_at : current.called_at;
  return el(
    "section",
    { class: `here ${current.state}` },
    here.length > 1 &&
      el("p", { class: "others" }, ...here.map((one) => el("button", { type: "button", "aria-pressed": String(one.id === current.id), onclick: () => desk.select(one.id) }, one.number))),
    el(
      "div",
      { class: "who" },
      el("span", { class: "number" }, current.number),
      el(
        "div",
        { class: "person" },
        el("p", { class: "name" }, patient.name ?? t("console.unnamed")),
        el("p", {}, [patient.birth_year && t("console.born", { year: patient.birth_year }), patient.last3 && t("console.last3", { digits: patient.last3 })].filter(Boolean).join(" · ")),
      ),
      el("div", { class: "since" }, el("span", {}, t(`console.state_for.${current.state}`)), since && el("span", { class: "timer", "data-since": since })),
    ),
    el(
      "p",
      { class: "tags" },
      el("span", { class: "tag class" }, priorityName(desk, current.priority)),
      ...(patient.flags ?? []).map((flag) => el("span", { class: "tag flag" }, flagName(t, flag))),
      current.calls > 1 && el("span", { class: "tag" }, t("console.calls", { count: current.calls })),
      patient.language && patient.language !== desk.language && el("span", { class: "tag" }, patient.language.toUpperCase()),
      el("span", { class: "service" }, `${serviceName(desk, current.service)} · ${clinicName(desk, current.clinic)}`),
    ),
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
  const full = desk.here.length >= (desk.setup.places ?? 1);
  return el(
    "section",
    { class: "actions" },
    el(
      "div",
      { class: "row" },
      button(desk, "start", t("console.start"), { shortcut: "S", disabled: state !== "called", className: state === "called" ? "main" : "" }),
      button(desk, "complete", t("console.complete"), { shortcut: "D", disabled: state !== "serving", className: state === "serving" ? "main" : "" }),
    ),
    el(
      "div",
      { class: "row" },
      button(desk, "recall", t("console.recall"), { shortcut: "R", disabled: state !== "called" }),
      button(desk, "no_show", t("console.no_show"), { shortcut: "X", disabled: state !== "called" }),
      button(desk, "requeue", t("console.requeue"), { shortcut: "Q", disabled: state !== "called" }),
    ),
    button(desk, "call_next", t("console.call_next"), { shortcut: "N", className: "main next", disabled: room.state !== "open" || full }),
  );
}

export function queuePanel(desk) {
  const { t, room, picture, setup } = desk;
  const clinics = room.clinics?.length ? room.clinics : setup.clinics;
  const tickets = [...picture.tickets.values()];
  const aside = tickets.filter((ticket) => ticket.state === "no-show" || ticket.state === "on-hold");
  const done = tickets.filter((ticket) => ticket.state === "done" && ticket.room === room.id).length;
  const rows = Math.max(2, Math.floor((ROWS - (aside.length > 0 ? 1 : 0)) / clinics.length) - (clinics.length > 1 ? 1 : 0));
  return el(
    "section",
    { class: "queue" },
    ...clinics.map((id) => clinicQueue(desk, id, tickets, rows)),
    aside.length > 0 &&
      el("p", { class: "aside" }, ...aside.slice(0, 6).map((ticket) => el("span", { class: "tag" }, `${ticket.number} ${t(ticket.state === "no-show" ? "console.no_shows" : "console.on_hold").toLowerCase()}`))),
    el("p", { class: "done" }, t("console.done_today", { count: done })),
  );
}

// First those the engine says are next, in its order; then the others by arrival.
function clinicQueue(desk, id, tickets, rows) {
  const { t, picture } = desk;
  const clinic = picture.clinics.get(id);
  const next = (clinic?.next ?? []).map((one) => picture.tickets.get(one)).filter(Boolean);
  const rest = tickets
    .filter((ticket) => ticket.clinic === id && ticket.state === "waiting" && !next.includes(ticket))
    .sort((a, b) => a.issued_at.localeCompare(b.issued_at));
  const all = [...next, ...rest];
  const waiting = Math.max(clinic?.waiting ?? 0, all.length);
  return el(
    "div",
    { class: "clinic" },
    el("h2", {}, clinicName(desk, id), el("small", {}, t("console.waiting_count", { count: waiting }))),
    el("ol", {}, ...all.slice(0, rows).map((ticket) => queueRow(desk, ticket))),
    waiting > rows && el("p", { class: "more" }, t("console.more", { count: waiting - Math.min(rows, all.length) })),
  );
}

function queueRow(desk, ticket) {
  const { t, room } = desk;
  const chosen = desk.chosen === ticket.id;
  const full = desk.here.length >= (desk.setup.places ?? 1);
  return el(
    "li",
    { class: chosen ? "chosen" : "" },
    el(
      "button",
      { type: "button", class: "ticket", "aria-expanded": String(chosen), "data-act": `ticket-${ticket.id}`, onclick: () => desk.choose(ticket.id) },
      el("span", { class: "number" }, ticket.number),
      el("span", { class: "name" }, ticket.patient?.name ?? t("console.unnamed")),
      el("span", { class: "class" }, priorityName(desk, ticket.priority)),
      el("span", { class: "waited", "data-waiting-since": ticket.issued_at }),
    ),
    chosen &&
      el(
        "div",
        { class: "row" },
        button(desk, "call_this", t("console.call_this"), { detail: ticket, className: "main", disabled: room.state !== "open" || full }),
        button(desk, "cancel", t("console.cancel"), { detail: ticket }),
      ),
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
        return el(
          "li",
          {},
          el(
            "a",
            { href: `/console/${facility.id}/${room.id}` },
            el("strong", {}, inLanguage(room.name, language)),
            el("span", {}, room.clinics.map((id) => clinicName(desk, id)).join(", ")),
            state && el("span", { class: `state ${state}` }, t(`console.state.${state}`)),
          ),
        );
      }),
    ),
  );
}

export function helpBox(desk) {
  const { t } = desk;
  const lines = [
    ["N", "console.call_next"], ["R", "console.recall"], ["S", "console.start"], ["D", "console.complete"],
    ["X", "console.no_show"], ["Q", "console.requeue"], ["O", "console.key_open"], ["P", "console.key_pause"], ["?", "console.help"],
  ];
  const box = el(
    "dialog",
    {},
    el("h2", {}, t("console.help")),
    el("dl", {}, ...lines.map(([key, name]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(name))))),
    el("button", { type: "button", class: "main", onclick: () => box.close() }, t("console.help_close")),
  );
  return box;
}
