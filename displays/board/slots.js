// Which call stands where on the board. A call keeps its place, so that a new one does not move the rest about.
// Pure: tickets in, places out.
// Never: draw, or know what time it is.

export const PER_PAGE = 6;

export const oldestFirst = (a, b) =>
  (a.called_at ?? "").localeCompare(b.called_at ?? "") || a.number.localeCompare(b.number);

// The places of a board that has just been switched on: every call, the newest first, then who went into a room last.
export function first(tickets) {
  return inRow(tickets);
}

// places: ticket ids or null, as they stand now. Every called ticket has a place, and a new call gets one on the first
// page: a free one, else that of whoever has been in the room longest, else that of the oldest call, which moves to a
// later page. Gives the places anew.
export function place(places, tickets) {
  const shown = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const next = places.map((id) => (shown.has(id) ? id : null));
  const called = tickets.filter((ticket) => ticket.state === "called").sort(oldestFirst);
  for (const ticket of called) {
    if (!next.includes(ticket.id)) put(next, ticket.id, shown);
  }
  while (next.length > PER_PAGE && next[next.length - 1] === null) next.pop();
  return next;
}

function put(places, id, shown) {
  for (let at = 0; at < PER_PAGE; at += 1) {
    if ((places[at] ?? null) === null) return void (places[at] = id);
  }
  const standing = places
    .slice(0, PER_PAGE)
    .map((other) => shown.get(other))
    .sort(oldestFirst);
  const leaves = standing.find((ticket) => ticket.state === "serving") ?? standing[0];
  places[places.indexOf(leaves.id)] = id;
  if (leaves.state === "serving") return;
  const free = places.indexOf(null);
  places[free < 0 ? places.length : free] = leaves.id;
}

// The places without gaps, the newest calls first; for the moment when a page turns anyway. On one page nothing moves.
export function closeUp(places, tickets) {
  if (places.length <= PER_PAGE) return places;
  return inRow(tickets.filter((ticket) => places.includes(ticket.id)));
}

function inRow(tickets) {
  const newestFirst = (a, b) => oldestFirst(b, a);
  const called = tickets.filter((ticket) => ticket.state === "called").sort(newestFirst);
  const served = tickets.filter((ticket) => ticket.state === "serving").sort(newestFirst);
  return [...called, ...served.slice(0, Math.max(0, PER_PAGE - called.length))].map((ticket) => ticket.id);
}
