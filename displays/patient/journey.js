// A visit's stops: in which order they come, and which one the patient needs to know of now. Pure.
// Never: draw, or know a language.

// Which stop matters most: the one that calls, then the one that waits, then what is still to come.
const IN_PLAY = ["called", "serving", "waiting", "on-hold", "suspended", "planned"];

// A ticket's id ends with its stop's place in the journey.
const placeOf = (ticket) => Number(ticket.id.split("-").pop());

export function inOrder(tickets) {
  return [...tickets].sort((a, b) => placeOf(a) - placeOf(b));
}

// The stop to show; when all are over, the last one that was missed, else the last that was done, else the last.
export function currentOf(stops) {
  for (const state of IN_PLAY) {
    const found = stops.find((stop) => stop.state === state);
    // Somebody who missed a call is told so before what is only planned.
    if (found && (state !== "planned" || !stops.some((stop) => stop.state === "no-show"))) return found;
  }
  const last = (state) => stops.findLast((stop) => stop.state === state);
  return last("no-show") ?? last("done") ?? stops.at(-1) ?? null;
}
