// The floor as a whole out of the feed's picture: every clinic with who is there, and what needs care first. Pure.
// Never: decide an order of a queue; behind those whose order is known the others stand by arrival.

import { standing } from "./targets.js";

const IN_ROOM = new Set(["called", "serving"]);
// Which of a visit's stops says where its patient is.
const WHERE = ["serving", "called", "waiting", "on-hold", "suspended", "planned", "no-show"];

// setup: the facility of the page. tests(tickets): how many tests the journey of a visit with these tickets has.
// order(clinic): the ids of its queue as the engine would call them, as far as is known.
export function floorOf(picture, setup, { tests, order }, now) {
  const tickets = [...picture.tickets.values()];
  const visits = visitsOf(tickets, tests, now);
  const clinics = setup.clinics.map((clinic, place) => clinicOf(clinic.id, place, picture, setup, visits, order, now));
  const of = (states) => tickets.filter((ticket) => states.includes(ticket.state)).sort(byArrival);
  const standings = (state) => [...visits.values()].filter((one) => one.standing.state === state).sort(byMinutes);
  return {
    visits,
    clinics,
    lists: {
      past: standings("past").map((one) => one.current),
      near: standings("near").map((one) => one.current),
      missed: of(["no-show"]),
      held: of(["on-hold"]),
      outside: of(["planned", "suspended"]).filter((ticket) => ticket.waits_for.length > 0),
    },
    waiting: clinics.reduce((sum, clinic) => sum + clinic.waiting, 0),
    roomsOpen: [...picture.rooms.values()].filter((room) => room.state === "open").length,
  };
}

// The order of the tiles: past a target or nobody to call them, then near one, then the longest wait.
export function inOrderOfCare(clinics) {
  return [...clinics].sort(
    (a, b) =>
      b.alarm - a.alarm ||
      b.past - a.past ||
      b.near - a.near ||
      (a.oldest ?? Infinity) - (b.oldest ?? Infinity) ||
      b.waiting - a.waiting ||
      Number(a.quiet) - Number(b.quiet) ||
      a.place - b.place,
  );
}

function visitsOf(tickets, tests, now) {
  const visits = new Map();
  for (const ticket of tickets) {
    const one = visits.get(ticket.visit) ?? { tickets: [] };
    one.tickets.push(ticket);
    visits.set(ticket.visit, one);
  }
  for (const one of visits.values()) {
    one.current = one.tickets.reduce((a, b) => (WHERE.indexOf(b.state) < WHERE.indexOf(a.state) ? b : a));
    const { current } = one;
    // Whoever did not come may have left: their time says nothing of the house.
    one.standing =
      current.state === "no-show" || !current.opened_at
        ? { state: "within", minutes: 0, target: 0 }
        : standing(current.opened_at, tests(one.tickets), now);
  }
  return visits;
}

function clinicOf(id, place, picture, setup, visits, order, now) {
  const seen = picture.clinics.get(id);
  const rooms = setup.rooms
    .filter((room) => (picture.rooms.get(room.id)?.clinics.length ? picture.rooms.get(room.id) : room).clinics.includes(id))
    .map((room) => picture.rooms.get(room.id))
    .filter(Boolean);
  const here = [...visits.values()].filter((one) => one.current.clinic === id);
  const waiting = here.filter((one) => one.current.state === "waiting").map((one) => one.current);
  // The feed's next few are the newest word, then what was asked for.
  const called = [...new Set([...(seen?.next ?? []), ...order(id)])];
  const next = called.map((ticket) => waiting.find((one) => one.id === ticket)).filter(Boolean);
  const queue = [...next, ...waiting.filter((ticket) => !next.includes(ticket)).sort(byArrival)];
  const inside = here.filter((one) => IN_ROOM.has(one.current.state)).map((one) => one.current);
  const aside = here.map((one) => one.current).filter((ticket) => !IN_ROOM.has(ticket.state) && ticket.state !== "waiting");
  const count = (state) => here.filter((one) => one.standing.state === state).length;
  const [past, near] = [count("past"), count("near")];
  const oldest = queue.length ? Math.min(...queue.map((ticket) => Date.parse(ticket.queued_at))) : null;
  const stuck = queue.length > 0 && !rooms.some((room) => room.state === "open");
  return {
    id,
    place,
    waiting: Math.max(seen?.waiting ?? 0, queue.length),
    byPriority: seen?.by_priority ?? {},
    wait: seen?.estimated_wait ?? null,
    oldest,
    oldestMinutes: oldest === null ? null : Math.max(0, Math.floor((now - oldest) / 60_000)),
    rooms,
    queue,
    inside,
    aside,
    past,
    near,
    stuck,
    alarm: past > 0 || stuck ? 2 : near > 0 ? 1 : 0,
    quiet: here.length === 0 && rooms.every((room) => room.state === "closed"),
  };
}

const byArrival = (a, b) => a.queued_at.localeCompare(b.queued_at);
const byMinutes = (a, b) => b.standing.minutes - b.standing.target - (a.standing.minutes - a.standing.target);
