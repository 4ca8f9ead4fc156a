// The people of a clinic in their order, or those of a list: number, class, wait, place, and what can be done.
// Never: call the server; a press goes back to the desk.

import { el } from "../shared/dom.js";
import { clinicName, found, minutesSince, priorityName, roomName, serviceName, wordFor } from "../shared/staff.js";
import { roomState } from "./tiles.js";

// What may be done with a ticket in a state, and by which key. The engine has the last word.
export const MOVES = {
  waiting: ["move", "prioritise", "hold", "cancel"],
  called: ["move"],
  serving: ["move"],
  "on-hold": ["resume", "prioritise", "cancel"],
  "no-show": ["reinstate", "cancel"],
  planned: ["release", "prioritise", "cancel"],
  suspended: ["release", "cancel"],
  over: ["reopen"],
};
export const KEYS = {
  move: "M",
  prioritise: "P",
  hold: "H",
  resume: "H",
  reinstate: "I",
  release: "L",
  cancel: "X",
  merge: "G",
  reopen: "O",
};

export function actionsFor(ticket) {
  if (ticket.over) return MOVES.over;
  const moves = (MOVES[ticket.state] ?? []).filter((move) => move !== "release" || ticket.waits_for.length > 0);
  return [...moves, "merge"];
}

export function panel(desk, floor) {
  if (desk.find) return searchPanel(desk, floor);
  return desk.shown.kind === "clinic" ? clinicPanel(desk, floor) : listPanel(desk, floor);
}

function searchPanel(desk, floor) {
  const hits = [...floor.visits.values()].map((one) => one.current).filter((ticket) => found(ticket, desk.find));
  return {
    order: hits,
    head: [heading(desk.t("desk.found", { count: hits.length }))],
    rows: rows(desk, floor, hits, { where: true }),
  };
}

function listPanel(desk, floor) {
  const { t, shown } = desk;
  const tickets = shown.name === "ended" ? desk.ended : floor.lists[shown.name];
  return {
    order: tickets,
    head: [
      heading(t(`desk.list.${shown.name}`)),
      tickets.length === 0 && el("p", { class: "none" }, t("desk.list_empty")),
    ],
    rows: rows(desk, floor, tickets, { where: true }),
  };
}

function clinicPanel(desk, floor) {
  const { t, language } = desk;
  const clinic = floor.clinics.find((one) => one.id === desk.shown.id);
  const places = new Map(clinic.queue.map((ticket, at) => [ticket.id, at + 1]));
  const order = [...clinic.inside, ...clinic.queue, ...clinic.aside];
  return {
    order,
    head: [
      heading(clinicName(clinic.id, language)),
      el("ul", { class: "doors" }, ...clinic.rooms.map((room) => door(desk, room))),
      order.length === 0 && el("p", { class: "none" }, t("desk.nobody")),
    ],
    rows: rows(desk, floor, order, { places }),
  };
}

const heading = (text) => el("h2", {}, text);

function door(desk, room) {
  const { t, language, picture } = desk;
  const here = room.tickets.map((id) => picture.tickets.get(id)).filter(Boolean);
  return el(
    "li",
    { class: `door ${room.state}`, "data-room": room.id },
    el("strong", {}, roomName(room.id, language)),
    el("span", { class: `state ${room.state}` }, roomState(desk, room)),
    room.practitioner && el("span", { class: "practitioner" }, room.practitioner),
    ...here.map((ticket) =>
      el(
        "span",
        { class: "inside" },
        el("b", { class: "number" }, ticket.number),
        ` ${t(ticket.state === "serving" ? "desk.state.serving" : "desk.state.called")}`,
        ticket.calls > 1 && ` · ${t("desk.calls", { count: ticket.calls })}`,
      ),
    ),
  );
}

function rows(desk, floor, tickets, how) {
  return tickets.map((ticket) => row(desk, floor, ticket, how));
}

function row(desk, floor, ticket, { places = new Map(), where = false }) {
  const { t, language } = desk;
  const chosen = desk.chosen === ticket.id;
  const late = floor.visits.get(ticket.visit)?.standing;
  const place = places.get(ticket.id);
  return el(
    "li",
    { class: chosen ? "chosen" : "", "data-key": ticket.id },
    el(
      "button",
      {
        type: "button",
        class: `person ${ticket.over ? "over" : ticket.state}`,
        "aria-expanded": String(chosen),
        "data-act": `ticket-${ticket.id}`,
        "data-ticket": ticket.id,
        onclick: () => desk.choose(desk.chosen === ticket.id ? null : ticket.id),
      },
      el("span", { class: "place" }, place ? `${place}.` : ""),
      el("span", { class: "number" }, ticket.number),
      el("span", { class: "name" }, ticket.patient?.name ?? t("desk.unnamed")),
      el("span", { class: "waited" }, howLong(desk, ticket)),
      el(
        "span",
        { class: "more" },
        el("span", { class: "class" }, priorityName(ticket.priority, language)),
        where && el("span", {}, whereOf(desk, ticket)),
        ticket.wish && el("span", {}, wishOf(desk, ticket)),
        late && late.state !== "within" && !ticket.over &&
          el(
            "span",
            { class: `mark ${late.state}` },
            t(late.state === "past" ? "desk.visit_past" : "desk.visit_near", spent(late)),
          ),
        ...(ticket.over ? [] : ticket.waits_for.map((what) => el("span", { class: "tag" }, t("desk.waits_for", { what: wordFor(t, "outside", what) })))),
      ),
    ),
    chosen && actions(desk, ticket),
  );
}

const hours = (minutes) => `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
const spent = (late) => ({ spent: hours(late.minutes), target: hours(late.target) });

function howLong(desk, ticket) {
  if (ticket.over) return desk.t("desk.state.over");
  if (ticket.state !== "waiting") return desk.t(`desk.state.${ticket.state}`);
  return desk.t("desk.minutes", { minutes: minutesSince(ticket.queued_at, desk.now()) });
}

function whereOf({ language }, ticket) {
  const place = ticket.room ? roomName(ticket.room, language) : ticket.clinic && clinicName(ticket.clinic, language);
  return place || serviceName(ticket.service, language);
}

function wishOf({ t, language }, ticket) {
  const [kind, id] = ticket.wish.split(":");
  return t("desk.wish", { who: kind === "room" ? roomName(id, language) : id });
}

function actions(desk, ticket) {
  const { t } = desk;
  return el(
    "div",
    { class: "row" },
    ...actionsFor(ticket).map((action) => {
      const asking = desk.sure === action;
      return el(
        "button",
        {
          type: "button",
          class: asking ? "sure" : "",
          "data-act": action,
          "aria-keyshortcuts": KEYS[action],
          disabled: desk.busy,
          onclick: () => desk.press(action, desk.ticket),
        },
        el("span", {}, t(asking ? "desk.sure" : `desk.act.${action}`)),
        el("kbd", { "aria-hidden": "true" }, KEYS[action]),
      );
    }),
  );
}
