// The console's queues: who waits, in the engine's order as far as it says, and who was set aside.
// Never: decide an order. Behind the engine's next few the others stand by arrival, to be found, not to be called so.

import { el } from "../shared/dom.js";
import { clinicName, found, priorityName } from "../shared/staff.js";
import { KEYS } from "./keys.js";
import { button } from "./panels.js";

const ROW_PX = 42;
// What stands above and below the rows on a desk's screen, the buttons of a chosen row among it.
const AROUND_PX = 470;
const ON_A_PHONE = 30;

const waits = (ticket) => ticket.state === "waiting";

// The tickets that are shown, clinic by clinic: [{id, waiting, tickets}]. With something to find: whose number or
// name holds it.
export function queues(desk) {
  const { room, setup, picture, find } = desk;
  const clinics = room.clinics?.length ? room.clinics : setup.clinics;
  const tickets = [...picture.tickets.values()];
  const space = matchMedia("(max-width: 900px)").matches
    ? ON_A_PHONE
    : Math.max(4, Math.floor((innerHeight - AROUND_PX) / ROW_PX));
  const rows = Math.max(2, Math.floor((space - (clinics.length - 1)) / clinics.length));
  return clinics.map((id) => {
    const clinic = picture.clinics.get(id);
    const next = (clinic?.next ?? []).map((one) => picture.tickets.get(one)).filter(Boolean);
    const rest = tickets
      .filter((ticket) => ticket.clinic === id && waits(ticket) && !next.includes(ticket))
      .sort((a, b) => a.issued_at.localeCompare(b.issued_at));
    const all = [...next, ...rest].filter((ticket) => find === "" || found(ticket, find));
    const waiting = find === "" ? Math.max(clinic?.waiting ?? 0, all.length) : all.length;
    return { id, waiting, tickets: all.slice(0, rows) };
  });
}

export function queuePanel(desk, shown) {
  const { t, room, aside } = desk;
  return el(
    "div",
    { class: "queues" },
    ...shown.map((clinic) => clinicQueue(desk, clinic)),
    aside.length > 0 &&
      el(
        "p",
        { class: "aside" },
        ...aside.slice(-4).map((ticket) => asideTag(desk, ticket)),
        aside.length > 4 && el("span", {}, t("console.more", { count: aside.length - 4 })),
      ),
    el("p", { class: "done" }, t("console.done_today", { count: room.served ?? 0 })),
  );
}

// Whoever is set aside comes back by a press; who is away for tests, once what was waited for is here.
const BACK = { "no-show": "reinstate", "on-hold": "hold", suspended: "release" };
const WORD = { "no-show": "no_shows", "on-hold": "on_hold", suspended: "suspended" };

function asideTag(desk, ticket) {
  const { t, busy } = desk;
  const away = ticket.state === "suspended" && ticket.waits_for.length === 0;
  return el(
    "button",
    {
      type: "button",
      class: "tag",
      "data-act": `aside-${ticket.id}`,
      disabled: away || busy !== null,
      title: t(`console.${ticket.state === "on-hold" ? "resume" : BACK[ticket.state]}`),
      onclick: () => desk.press(BACK[ticket.state], ticket),
    },
    `${ticket.number} ${t(`console.${WORD[ticket.state]}`).toLowerCase()}`,
  );
}

function clinicQueue(desk, { id, waiting, tickets }) {
  const { t } = desk;
  const more = waiting - tickets.length;
  return el(
    "div",
    { class: "clinic" },
    el("h2", {}, el("span", {}, clinicName(id, desk.language)), el("small", {}, t("console.waiting_count", { count: waiting }))),
    el("ol", {}, ...tickets.map((ticket) => queueRow(desk, ticket))),
    more > 0 && el("p", { class: "more" }, t("console.more", { count: more })),
  );
}

function queueRow(desk, ticket) {
  const { t, room } = desk;
  const chosen = desk.chosen === ticket.id;
  return el(
    "li",
    { class: chosen ? "chosen" : "" },
    el(
      "button",
      {
        type: "button",
        class: "ticket",
        "aria-expanded": String(chosen),
        "data-act": `ticket-${ticket.id}`,
        onclick: () => desk.choose(chosen ? null : ticket.id),
      },
      el("span", { class: "number" }, ticket.number),
      el("span", { class: "name" }, ticket.patient?.name ?? t("console.unnamed")),
      el("span", { class: "class" }, priorityName(ticket.priority, desk.language)),
      el("span", { class: "waited", "data-waiting-since": ticket.issued_at }),
    ),
    chosen &&
      el(
        "div",
        { class: "row" },
        button(desk, "call_this", t("console.call_this"), {
          shortcut: "C",
          detail: ticket,
          className: "main",
          disabled: room.state !== "open" || desk.full,
        }),
        ...["transfer", "prioritise", "hold", "cancel"].map((action) =>
          button(desk, action, t(`console.${action}`), { shortcut: KEYS[action], detail: ticket }),
        ),
      ),
  );
}
