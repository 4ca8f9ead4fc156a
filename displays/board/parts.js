// The board's parts: the frame that stands for the day, the places of the calls, the clinics' queues.
// Never: know the feed, or decide which page is shown; screen.js does.

import { el, fill, fit, setText } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { facility } from "../shared/page.js";
import { clockTime, inLanguage, waitRange } from "../shared/words.js";
import { PER_PAGE } from "./slots.js";

export const CLINICS_PER_PAGE = 5;
const NEXT_SHOWN = 4;

const clinicOf = new Map(facility.clinics.map((clinic) => [clinic.id, clinic]));
const roomOf = new Map(facility.rooms.map((room) => [room.id, room]));

// says: a translator for each of the board's languages, the first one's texts are the large ones.
export function drawFrame(says, languages) {
  const [t, second] = says;
  const both = (one, other) => [el("span", {}, one), other && other !== one && el("small", {}, other)];
  const heading = (key) => el("span", {}, both(t(key), second?.(key)));
  const frame = {
    name: el(
      "h1",
      {},
      both(inLanguage(facility.name, languages[0]), second && inLanguage(facility.name, languages[1])),
    ),
    dates: languages.slice(0, 2).map(() => el("p", { class: "date" })),
    clock: el("p", { class: "clock" }),
    stale: el("p", { class: "stale-banner", role: "alert", hidden: true }),
    sound: el(
      "p",
      { class: "sound", hidden: true },
      icon("sound"),
      says.map((say) => say("board.sound_blocked")).join(" · "),
    ),
    callPages: el("span", { class: "pages" }),
    clinicPages: el("span", { class: "pages" }),
    places: Array.from({ length: PER_PAGE }, drawPlace),
    clinics: el("ol", { class: "clinics" }),
    noCalls: el("p", { class: "empty" }, both(t("board.nobody_called"), second?.("board.nobody_called"))),
    noClinics: el("p", { class: "empty" }, both(t("board.nothing_open"), second?.("board.nothing_open"))),
  };
  frame.node = el(
    "div",
    { class: "frame" },
    el("header", {}, frame.name, el("div", { class: "dates" }, frame.dates), frame.clock),
    frame.stale,
    el(
      "section",
      { class: "calling" },
      el("h2", {}, heading("board.calling"), frame.callPages),
      el(
        "ol",
        { class: "places", "aria-live": "polite" },
        frame.places.map((place) => place.node),
      ),
      frame.noCalls,
    ),
    el(
      "section",
      { class: "next" },
      el("h2", {}, heading("board.next"), frame.clinicPages),
      frame.clinics,
      frame.noClinics,
    ),
    frame.sound,
  );
  return frame;
}

export function fitFrame(frame) {
  for (const line of frame.name.children) fit(line);
}

function drawPlace() {
  const place = {
    number: el("span", { class: "number" }),
    room: el("span", { class: "room" }),
    state: el("span", { class: "state" }),
    direction: el("span", { class: "direction" }),
  };
  place.node = el(
    "li",
    { class: "place free" },
    place.number,
    icon("next"),
    el("span", { class: "where" }, place.room, el("span", { class: "how" }, place.state, place.direction)),
    el("span", { class: "bell" }, icon("bell")),
  );
  return place;
}

// Shows a ticket in a place, or the place empty (ticket undefined). fresh: it was called this moment.
export function showInPlace(place, ticket, fresh, t, language) {
  const { classList, dataset } = place.node;
  const called = ticket?.state === "called";
  classList.toggle("free", !ticket);
  classList.toggle("new", called && fresh);
  classList.toggle("serving", ticket?.state === "serving");
  dataset.ticket = ticket?.id ?? "";
  const room = roomOf.get(ticket?.room);
  const state = !ticket
    ? ""
    : !called
      ? t("board.serving")
      : ticket.calls > 1
        ? t("board.recalled", { calls: ticket.calls })
        : "";
  setText(place.number, ticket?.number ?? "");
  setText(place.state, state);
  if (setText(place.room, room ? inLanguage(room.name, language) : "")) fit(place.room);
  const location = inLanguage(room?.location, language) || inLanguage(clinicOf.get(ticket?.clinic)?.location, language);
  if (setText(place.direction, room ? location : "")) fit(place.direction);
}

// The clinics at which something is going on, in the facility's order. Where they fill more than one page, those at
// which nobody waits are left out: whoever waits should not have to wait for their page as well.
export function busyClinics(picture) {
  const of = ({ id }) => picture.clinics.get(id);
  const isPaused = ({ id }) => pausedRooms(picture, id).length > 0;
  const busy = facility.clinics.filter(
    (one) => of(one) && (of(one).waiting > 0 || of(one).rooms_open > 0 || isPaused(one)),
  );
  if (busy.length <= CLINICS_PER_PAGE) return busy;
  const awaited = busy.filter((one) => of(one).waiting > 0 || isPaused(one));
  return awaited.length > 0 ? awaited : busy;
}

let rowsShown = "";

export function showClinics(frame, clinics, picture, t, language) {
  const rows = clinics.map((clinic) => clinicRow(clinic, picture, t, language));
  const asText = JSON.stringify(rows);
  if (asText === rowsShown) return;
  rowsShown = asText;
  fill(frame.clinics, rows.map(drawRow));
  for (const name of frame.clinics.querySelectorAll("h3, .note")) fit(name);
  frame.noClinics.hidden = rows.length > 0;
}

function clinicRow(clinic, picture, t, language) {
  const state = picture.clinics.get(clinic.id);
  const range = waitRange(state.estimated_wait, t);
  const paused = pausedRooms(picture, clinic.id).map((room) => {
    const name = inLanguage(roomOf.get(room.id)?.name, language);
    if (!room.paused_until) return t("board.room_paused", { room: name });
    return t("board.room_paused_until", {
      room: name,
      time: clockTime(Date.parse(room.paused_until), facility.time_zone),
    });
  });
  const open = state.rooms_open > 0;
  return {
    id: clinic.id,
    name: inLanguage(clinic.name, language),
    next: (state.next ?? [])
      .map((id) => picture.tickets.get(id)?.number)
      .filter(Boolean)
      .slice(0, NEXT_SHOWN),
    nobody: state.waiting > 0 ? "" : t("board.nobody_waiting"),
    wait: open && range ? t("board.wait", { range }) : "",
    count: state.waiting > 0 ? t("board.waiting", { count: state.waiting }) : "",
    paused: paused.join(" · "),
    closed: open || paused.length > 0 ? "" : t("board.no_room_open"),
  };
}

function drawRow(row) {
  return el(
    "li",
    { class: "clinic", "data-clinic": row.id },
    el("h3", {}, row.name),
    el(
      "p",
      { class: "queue" },
      row.nobody
        ? el("span", { class: "nobody" }, row.nobody)
        : row.next.map((number) => el("span", { class: "number" }, number)),
    ),
    el(
      "p",
      { class: "facts" },
      row.paused
        ? el("span", { class: "note paused" }, row.paused)
        : el("span", { class: "note" }, row.closed || row.count),
      row.wait && el("span", { class: "wait" }, row.wait),
    ),
  );
}

function pausedRooms(picture, clinic) {
  return [...picture.rooms.values()].filter((room) => room.state === "paused" && room.clinics?.includes(clinic));
}
