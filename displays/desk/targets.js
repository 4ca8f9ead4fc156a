// How long a visit may take from coming to leaving, and how one stands against that. Pure.
// Decision 1313/QĐ-BYT (22 April 2013): under 2 hours for an examination alone, 3 with one test, 3.5 with two, 4 with
// three.
// Never: draw, or know a language.

const TARGETS_MIN = [120, 180, 210, 240];
// From this share of its target on a visit wants somebody's eye.
const NEAR = 0.8;

export function targetMinutes(tests) {
  return TARGETS_MIN[Math.min(tests, TARGETS_MIN.length - 1)];
}

// {state: "within" | "near" | "past", minutes, target}: minutes since the visit was opened.
export function standing(openedAt, tests, now) {
  const minutes = Math.max(0, Math.floor((now - Date.parse(openedAt)) / 60_000));
  const target = targetMinutes(tests);
  const state = minutes >= target ? "past" : minutes >= target * NEAR ? "near" : "within";
  return { state, minutes, target };
}
