// The clinics of the floor as tiles: who waits, how long, which rooms, and what is late.
// Never: call the server; a press or a drop goes back to the desk.

import { el } from "../shared/dom.js";
import { facility } from "../shared/page.js";
import { clinicName, priorityName, roomName } from "../shared/staff.js";
import { clockTime, waitRange } from "../shared/words.js";

const MARK = { open: "●", paused: "❚❚", closed: "○" };

export function tile(desk, clinic) {
  const { t, language } = desk;
  const chosen = desk.shown.kind === "clinic" && desk.shown.id === clinic.id;
  return el(
    "li",
    { "data-key": clinic.id },
    el(
      "button",
      {
        type: "button",
        class: `tile alarm${clinic.alarm} ${clinic.quiet ? "quiet" : ""}`,
        "aria-pressed": String(chosen),
        "data-act": `clinic-${clinic.id}`,
        "data-clinic": clinic.id,
        onclick: () => desk.showClinic(clinic.id),
      },
      el("span", { class: "head" }, el("strong", {}, clinicName(clinic.id, language)), marks(desk, clinic)),
      !clinic.quiet && el(
        "span",
        { class: "figures" },
        el("span", { class: "count" }, el("b", { class: "number" }, String(clinic.waiting)), ` ${t("desk.waiting")}`),
        clinic.oldest !== null &&
          el("span", {}, t("desk.oldest", { minutes: clinic.oldestMinutes })),
        clinic.wait && (clinic.waiting > 0 || clinic.rooms.some((room) => room.state === "open")) &&
          el("span", {}, t("desk.expected", { range: waitRange(clinic.wait, t) })),
      ),
      classes(desk, clinic),
      el("span", { class: "rooms" }, ...roomChips(desk, clinic.rooms)),
    ),
  );
}

// Nobody is moved to a closed room: all of them together are one line.
function roomChips(desk, rooms) {
  const working = rooms.filter((room) => room.state !== "closed");
  const closed = rooms.length - working.length;
  return [
    ...working.map((room) => roomChip(desk, room)),
    closed > 0 &&
      el(
        "span",
        { class: "room closed" },
        el("span", { "aria-hidden": "true" }, MARK.closed),
        el("span", {}, desk.t("desk.closed_rooms", { count: closed })),
      ),
  ];
}

// By shape and word, not by colour alone.
function marks(desk, clinic) {
  const { t } = desk;
  return el(
    "span",
    { class: "marks" },
    clinic.past > 0 && el("span", { class: "mark past" }, t("desk.past", { count: clinic.past })),
    clinic.near > 0 && el("span", { class: "mark near" }, t("desk.near", { count: clinic.near })),
    clinic.stuck && el("span", { class: "mark stuck" }, t("desk.nobody_calls")),
  );
}

// The classes that go before the last one, the most ordinary.
function classes(desk, clinic) {
  const shown = facility.priorities.slice(0, -1).filter((one) => clinic.byPriority[one.id] > 0);
  return (
    shown.length > 0 &&
    el(
      "span",
      { class: "classes" },
      ...shown.map((one) => el("span", {}, `${priorityName(one.id, desk.language)} ${clinic.byPriority[one.id]}`)),
    )
  );
}

export function roomState(desk, room) {
  const until = room.paused_until && clockTime(Date.parse(room.paused_until), facility.time_zone);
  if (room.state === "paused" && until) return desk.t("desk.room.paused_until", { time: until });
  return desk.t(`desk.room.${room.state}`);
}

function roomChip(desk, room) {
  const { t, language, picture } = desk;
  const numbers = room.tickets.map((id) => picture.tickets.get(id)?.number).filter(Boolean);
  const who = numbers.length ? numbers.join(" ") : room.state === "open" ? t("desk.room.free") : roomState(desk, room);
  return el(
    "span",
    { class: `room ${room.state}`, "data-room": room.id, title: `${roomName(room.id, language)}: ${roomState(desk, room)}` },
    el("span", { "aria-hidden": "true" }, MARK[room.state]),
    el("span", { class: "name" }, roomName(room.id, language)),
    el("span", { class: "who" }, who),
  );
}
