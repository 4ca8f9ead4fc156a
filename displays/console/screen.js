// The doctor's console of one room: who is here, who is next, what to press.
// Never: decide who is next or what may follow; the engine does, and its refusals are shown as sentences.

import { Api, Problem, freshKey } from "../shared/api.js";
import { el, setText } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { deviceToken, facility, pageLanguage, query, root, subject, whenNewVersion, words } from "../shared/page.js";
import { Picture } from "../shared/state.js";
import { clockTime, duration, inLanguage, translator } from "../shared/words.js";
import { actionsPanel, chooseRoom, helpBox, patientCard, queuePanel, roomBar } from "./panels.js";

// A second press this soon after a call is a slip of the hand, not a wish for two patients.
const SLIP_MS = 1_500;
const SAY_MS = 8_000;
const SURE_MS = 4_000;

const language = query.get("lang") in words ? query.get("lang") : pageLanguage;
const t = translator(words, language);
document.documentElement.lang = language;

const token = deviceToken("console");
const api = new Api(facility.id, token);
const picture = new Picture();
const setup = facility.rooms.find((room) => room.id === subject);

// What the panels draw from and what they may ask for.
const desk = {
  t, language, facility, picture, setup,
  chosen: null, practitioner: "", busy: null, sure: null,
  get room() { return picture.rooms.get(subject) ?? null; },
  get here() { return (this.room?.tickets ?? []).map((id) => picture.tickets.get(id)).filter(Boolean); },
  get current() { return this.here.find((ticket) => ticket.id === this.selected) ?? this.here[0] ?? null; },
  selected: null,
  press, choose(id) { this.chosen = this.chosen === id ? null : id; draw(); },
  select(id) { this.selected = id; draw(); },
};

const stale = el("p", { class: "stale-banner", role: "alert", hidden: true });
const said = el("p", { class: "said", role: "status" });
const clock = el("span", { class: "clock" });
const top = el("div", { class: "top" });
const left = el("div", { class: "left" });
const right = el("div", { class: "right" });
const help = helpBox(desk);
let calledAt = -Infinity;
let sayTimer = 0;
let drawing = false;
let feed = null;

// What each action sends. A ticket's revision goes along, so that nobody overwrites what somebody else just did.
const ROOM_ACTIONS = {
  open: () => ({ path: "open", body: desk.practitioner ? { practitioner: desk.practitioner } : {} }),
  reopen: () => ({ path: "open", body: desk.room.practitioner ? { practitioner: desk.room.practitioner } : {} }),
  pause: (minutes) => ({
    path: "pause",
    body: minutes ? { until: new Date(feed.now() + minutes * 60_000).toISOString() } : {},
  }),
  close: () => ({ path: "close", body: {} }),
  call_next: () => ({ path: "call-next", body: {} }),
};
const TICKET_ACTIONS = {
  recall: "recall", start: "start", complete: "complete", no_show: "no-show", requeue: "requeue",
  cancel: "cancel", call_this: "call",
};
const KEYS = { n: "call_next", r: "recall", s: "start", d: "complete", x: "no_show", q: "requeue", o: "open", p: "pause" };

async function press(action, detail = null) {
  if (desk.busy || !allowed(action, detail)) return;
  if (SURE_FIRST.has(action) && desk.sure !== action) {
    desk.sure = action;
    setTimeout(() => { desk.sure = null; draw(); }, SURE_MS);
    draw();
    return;
  }
  desk.sure = null;
  desk.busy = action;
  drawNow();
  try {
    if (action in ROOM_ACTIONS) await pressRoom(action, detail);
    else await pressTicket(action, detail ?? desk.current);
  } catch (error) {
    say(error instanceof Problem ? error.sentence(t) : t("problem.other"), true);
  } finally {
    desk.busy = null;
    draw();
  }
}

const SURE_FIRST = new Set(["close", "cancel"]);

// Only what a slip must not do; everything else is the engine's to refuse.
function allowed(action) {
  if (action === "call_next" && performance.now() - calledAt < SLIP_MS) return false;
  if (action === "call_next" && desk.here.length > 0 && (setup.places ?? 1) <= desk.here.length) {
    say(t("console.finish_first"));
    return false;
  }
  if (["recall", "start", "complete", "no_show", "requeue"].includes(action) && !desk.current) return false;
  return true;
}

async function pressRoom(action, detail) {
  const { path, body } = ROOM_ACTIONS[action](detail);
  const answer = await api.post(`/rooms/${subject}/${path}`, body, { key: freshKey() });
  if (action !== "call_next") return;
  if (answer.status === 204) {
    say(t("console.nobody_waits"));
    return;
  }
  calledAt = performance.now();
  say(t("console.called", { number: answer.body.number }));
  await seen(answer.body);
}

async function pressTicket(action, ticket) {
  const body = action === "call_this" ? { room: subject } : {};
  const path = `/tickets/${ticket.id}/${TICKET_ACTIONS[action]}`;
  const answer = await api.post(path, body, { key: freshKey(), revision: ticket.revision });
  if (action === "call_this") calledAt = performance.now();
  desk.chosen = null;
  say(t("console.done", { action: t(`console.${action}`), number: ticket.number }));
  await seen(answer.body);
}

// Waits (at most 2 s) until the feed has told of what was just done: until then the buttons would act on the past.
async function seen(ticket) {
  for (let waited = 0; waited < 2000; waited += 20) {
    if ((picture.tickets.get(ticket.id)?.revision ?? 0) >= ticket.revision) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

function say(sentence, isProblem = false) {
  clearTimeout(sayTimer);
  said.textContent = sentence;
  said.classList.toggle("problem", isProblem);
  sayTimer = setTimeout(() => { said.textContent = ""; said.classList.remove("problem"); }, SAY_MS);
}

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(drawNow);
}

function drawNow() {
  drawing = false;
  if (!desk.room) return;
  const typing = document.activeElement?.id === "practitioner";
  const focus = document.activeElement?.dataset.act;
  if (!typing) top.replaceChildren(...roomBar(desk));
  left.replaceChildren(patientCard(desk), actionsPanel(desk));
  right.replaceChildren(queuePanel(desk));
  if (focus) root.querySelector(`[data-act="${focus}"]:not(:disabled)`)?.focus();
  tick();
}

function tick() {
  setText(clock, clockTime(feed.now(), facility.time_zone));
  for (const timer of root.querySelectorAll("[data-since]")) {
    setText(timer, duration((feed.now() - Date.parse(timer.dataset.since)) / 1000));
  }
  for (const waited of root.querySelectorAll("[data-waiting-since]")) {
    const minutes = Math.max(0, Math.floor((feed.now() - Date.parse(waited.dataset.waitingSince)) / 60_000));
    setText(waited, t("console.waited", { minutes }));
  }
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target instanceof HTMLInputElement) {
    if (event.key === "Enter") press("open");
    return;
  }
  if (event.key === "?") help.open ? help.close() : help.showModal();
  const action = KEYS[event.key.toLowerCase()];
  if (!action || help.open) return;
  event.preventDefault();
  press(action === "open" && desk.room?.state === "paused" ? "reopen" : action);
}

function connect() {
  const view = subject ? "console" : "board";
  const redraw = subject ? draw : () => root.replaceChildren(stale, chooseRoom(desk));
  feed = new Feed(facility.id, view, subject ? { room: subject } : {}, token, {
    snapshot(frame) { picture.replace(frame.state); redraw(); },
    event(frame) { picture.apply(frame.set); redraw(); },
    stale(at) {
      stale.textContent = at ? t("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : t("stale.never");
      stale.hidden = false;
    },
    fresh() {
      stale.hidden = true;
      whenNewVersion(() => desk.here.length === 0 && !desk.busy && location.reload());
    },
    refused() {
      stale.textContent = t("setup.refused");
      stale.hidden = false;
    },
  });
}

if (token === null) {
  root.append(el("div", { class: "notice" }, el("h1", {}, t("setup.title")), el("p", {}, t("setup.text"))));
} else if (!subject) {
  root.append(stale, chooseRoom(desk));
  connect();
} else if (!setup) {
  root.append(el("div", { class: "notice" }, el("p", {}, t("problem.other")), el("a", { href: `/console/${facility.id}` }, t("console.choose_room"))));
} else {
  const title = el("h1", {}, inLanguage(setup.name, language), el("small", {}, inLanguage(setup.location, language)));
  root.append(
    el("header", {}, title, top, clock),
    stale,
    el("div", { class: "body" }, left, right),
    el("footer", {}, said, el("button", { type: "button", onclick: () => help.showModal() }, el("kbd", {}, "?"), ` ${t("console.help")}`)),
    help,
  );
  addEventListener("keydown", onKey);
  connect();
  setInterval(tick, 1000);
}
