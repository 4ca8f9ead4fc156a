// A visit's stops: their order, which one matters now, and what there is to say of each. Pure.
// Never: draw. The paper ticket says the same of every stop (queueflow/formats/paper.py).

const MARKS = {
  planned: "next",
  waiting: "now",
  called: "now",
  serving: "now",
  "on-hold": "now",
  suspended: "back",
  done: "done",
  "no-show": "missed",
  cancelled: "cancelled",
};
const UNDER_WAY = ["called", "serving", "waiting", "on-hold"];
const TO_COME = new Set([...UNDER_WAY, "planned"]);

// The signs before a stop; its note says the same in words.
export const SIGNS = { done: "✓", now: "▶", next: "○", back: "↩", missed: "✕", cancelled: "–" };

export const markOf = (stop) => MARKS[stop.state];

export const inOrder = (stops) => [...stops].sort((a, b) => a.stop - b.stop);

export const isOver = (stops) => stops.every((stop) => ["done", "cancelled", "no-show"].includes(stop.state));

// The stop that matters: where the patient is, else what comes first, else what was. Whoever missed a call is told so
// before what is only planned; a suspended stop has its tests before it.
export function currentOf(stops) {
  for (const state of UNDER_WAY) {
    const found = stops.find((stop) => stop.state === state);
    if (found) return found;
  }
  const of = (state) => stops.filter((stop) => stop.state === state);
  const [missed, suspended, planned] = [of("no-show"), of("suspended"), of("planned")];
  if (suspended.length > 0 && (suspended[0].waits_for.length > 0 || planned.length === 0)) return suspended[0];
  if (planned.length > 0 && missed.length === 0) return planned[0];
  return missed.at(-1) ?? of("done").at(-1) ?? stops.at(-1) ?? null;
}

// How a stop stands: what has to come first where it waits for that, else its state.
export function noteOf(stop, t, room) {
  const waits = stop.state === "planned" || stop.state === "suspended" ? stop.waits_for : [];
  const said = waits.map((what) => {
    const key = `stop.after.${what}`;
    return t(key) === key ? t("stop.after.other") : t(key);
  });
  return [...new Set(said)].join(", ") || endOf(stop, t) || t(`stop.${stop.state}`, { room });
}

// Why a stop was cancelled, where that is something to tell.
function endOf(stop, t) {
  const key = `stop.ended.${stop.ended_reason}`;
  return stop.state !== "cancelled" || t(key) === key ? "" : t(key);
}

// The same as it stands in the whole way, where the others count too.
export function wayNoteOf(stop, stops, t, room) {
  const note = noteOf(stop, t, room);
  const others = stops.filter((one) => one !== stop && TO_COME.has(one.state));
  if (stop.state === "planned" && stop.group && others.some((one) => one.group === stop.group))
    return `${note} · ${t("stop.any_order")}`;
  if (stop.state === "suspended" && stop.waits_for.length > 0 && others.length > 0)
    return `${t("stop.suspended")} · ${note}`;
  return note;
}
