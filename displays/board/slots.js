// Which call stands where on the board. A call keeps its place, so that a new one does not move the rest about.
// Pure: tickets in, places out.
// Never: draw, or know what time it is.

export const PER_PAGE = 8;

const oldestFirst = (a, b) => (a.called_at ?? "").localeCompare(b.called_at ?? "") || a.number.localeCompare(b.number);

// places: ticket ids or null, as they stand now. Called tickets always have a place; whoever is in the room already
// keeps theirs until it is needed. Gives the places anew.
export function place(places, tickets) {
  const shown = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const next = places.map((id) => (shown.has(id) ? id : null));
  const called = tickets.filter((ticket) => ticket.state === "called").sort(oldestFirst);
  for (const ticket of called) {
    if (!next.includes(ticket.id)) put(next, ticket.id, shown);
  }
  return next;
}

function put(places, id, shown) {
  for (let at = 0; at < PER_PAGE; at += 1) {
    if ((places[at] ?? null) === null) return void (places[at] = id);
  }
  const served = places.filter((other) => other !== null && shown.get(other).state === "serving");
  if (served.length > 0) {
    const longest = served.sort((a, b) => oldestFirst(shown.get(a), shown.get(b)))[0];
    return void (places[places.indexOf(longest)] = id);
  }
  const free = places.indexOf(null);
  places[free < 0 ? places.length : free] = id;
}

// The places without gaps, calls first; for the moment when a page turns anyway. On one page nothing moves.
export function closeUp(places, tickets) {
  if (places.length <= PER_PAGE) return places;
  const shown = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const kept = places.filter((id) => shown.has(id));
  const called = kept.filter((id) => shown.get(id).state === "called");
  const served = kept.filter((id) => shown.get(id).state === "serving");
  return [...called, ...served.slice(0, Math.max(0, PER_PAGE - called.length))];
}
