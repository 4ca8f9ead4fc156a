// The doctor's console of one room: who is here, who is next, what to press.
// Never: decide who is next or what may follow; the engine does, and its refusals are shown as sentences.

import { Api, Problem, freshKey } from "../shared/api.js";
import { el, fill, setText } from "../shared/dom.js";
import { Feed } from "../shared/feed.js";
import { deviceToken, facility, pageLanguage, query, root, subject, whenNewVersion, words } from "../shared/page.js";
import { Picture } from "../shared/state.js";
import { clockTime, duration, inLanguage, translator } from "../shared/words.js";
import { actionsPanel, chooseRoom, helpBox, patientCard, roomBar } from "./panels.js";
import { plain, queuePanel, queues } from "./queue.js";

// A second press this soon after a call is a slip of the hand, not a wish for two patients.
const SLIP_MS = 1_500;
const SAY_MS = 8_000;
const SURE_MS = 4_000;
// A press takes this long at most; while it lasts nothing may move from under the pointer.
const PRESS_MS = 1_000;

const language = Object.hasOwn(words, query.get("lang") ?? "") ? query.get("lang") : pageLanguage;
const t = translator(words, language);
document.documentElement.lang = language;

const token = deviceToken("console");
const api = new Api(facility.id, token);
const picture = new Picture();
const setup = facility.rooms.find((room) => room.id === subject);

// What the panels draw from and what they may ask for.
const desk = {
  t, language, picture, setup,
  chosen: null, selected: null, order: [], find: "", practitioner: "", busy: null, sure: null,
  get room() { return picture.rooms.get(subject) ?? null; },
  get here() { return (this.room?.tickets ?? []).map((id) => picture.tickets.get(id)).filter(Boolean); },
  get current() { return this.here.find((ticket) => ticket.id === this.selected) ?? this.here[0] ?? null; },
  get full() { return this.here.length >= (setup.places ?? 1); },
  press,
  choose(id) { this.chosen = id; draw(); },
  select(id) { this.selected = id; draw(); },
};

const stale = el("p", { class: "stale-banner", role: "alert", hidden: true });
const said = el("p", { class: "said", role: "status" });
const clock = el("span", { class: "clock" });
const top = el("div", { class: "top" });
const left = el("div", { class: "left" });
const list = el("div", { class: "list" });
const find = el("input", { id: "find", type: "search", autocomplete: "off", spellcheck: "false", placeholder: t("console.find_hint"), "aria-label": t("console.find"), "aria-keyshortcuts": "/" });
const help = helpBox(desk);
let calledAt = -Infinity;
let pressedAt = -Infinity;
let sayTimer = 0;
let sureTimer = 0;
let drawing = false;
let feed = null;

// What each action sends. A ticket's revision goes along, so that nobody overwrites what somebody else just did.
const ROOM_ACTIONS = {
  open: () => {
    const practitioner = desk.room.practitioner ?? slug(desk.practitioner);
    return { path: "open", body: practitioner ? { practitioner } : {} };
  },
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
const OF_THE_CURRENT = new Set(["recall", "start", "complete", "no_show", "requeue"]);
const SURE_FIRST = new Set(["close", "cancel"]);
const KEYS = { n: "call_next", r: "recall", s: "start", d: "complete", x: "no_show", q: "requeue", o: "open", p: "pause", c: "call_this" };

async function press(action, detail = null) {
  if (desk.busy || !desk.room || !allowed(action, detail)) return;
  if (SURE_FIRST.has(action) && desk.sure !== action) {
    askSure(action);
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

function askSure(action) {
  desk.sure = action;
  clearTimeout(sureTimer);
  sureTimer = setTimeout(() => {
    desk.sure = null;
    draw();
  }, SURE_MS);
  draw();
}

// Only what a slip must not do; everything else is the engine's to refuse.
function allowed(action, detail) {
  const calls = action === "call_next" || action === "call_this";
  if (calls && performance.now() - calledAt < SLIP_MS) return false;
  if (calls && desk.full) {
    say(t("console.finish_first"), true);
    return false;
  }
  if (action === "open" && desk.room.state === "open") return false;
  if (action === "call_this" && !detail) return false;
  if (OF_THE_CURRENT.has(action) && !desk.current) {
    say(t("console.nobody_here"), true);
    return false;
  }
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
  if (action === "call_this" || action === "cancel") forgetChoice();
  say(action === "call_this" ? t("console.called", { number: ticket.number }) : t("console.done", { action: t(`console.${action}`), number: ticket.number }));
  await seen(answer.body);
}

// Waits (at most 2 s) until the feed has told of what was just done: until then the buttons would act on the past.
async function seen(ticket) {
  const { revision } = ticket;
  const over = ticket.state === "done" || ticket.state === "cancelled";
  for (let waited = 0; waited < 2000; waited += 20) {
    const known = picture.tickets.get(ticket.id);
    if (known ? known.revision >= revision : over) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

// A practitioner is known to the engine by a slug: "BS. Hoàng Văn Mẫu" -> "bs-hoang-van-mau".
function slug(text) {
  return plain(text).replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-+|-+$/g, "");
}

function say(sentence, isProblem = false) {
  clearTimeout(sayTimer);
  said.textContent = sentence;
  said.classList.toggle("problem", isProblem);
  sayTimer = setTimeout(() => {
    said.textContent = "";
    said.classList.remove("problem");
  }, SAY_MS);
}

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(drawNow);
}

function drawNow() {
  drawing = false;
  if (!desk.room) return;
  // A button that is replaced between press and release is never clicked: what came meanwhile is drawn after it.
  const pressedFor = performance.now() - pressedAt;
  if (pressedFor < PRESS_MS && desk.busy === null) {
    setTimeout(draw, PRESS_MS - pressedFor);
    return;
  }
  const typing = document.activeElement?.id === "practitioner";
  const focus = document.activeElement?.dataset.act;
  const shown = queues(desk);
  desk.order = shown.flatMap((clinic) => clinic.tickets);
  if (!desk.order.some((ticket) => ticket.id === desk.chosen)) desk.chosen = null;
  if (!typing) fill(top, roomBar(desk));
  fill(left, patientCard(desk), actionsPanel(desk));
  fill(list, queuePanel(desk, shown));
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
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.repeat) {
    // A key that is held down must not press a button again and again.
    if (event.key === "Enter") event.preventDefault();
    return;
  }
  if (event.target === find) onFindKey(event);
  else if (event.target instanceof HTMLInputElement) {
    if (event.key === "Enter") {
      event.target.blur();
      press("open");
    }
  } else if (event.key === "?") help.open ? help.close() : help.showModal();
  else if (!help.open) onDeskKey(event);
}

function onFindKey(event) {
  if (event.key === "Escape" || event.key === "Enter") {
    event.preventDefault();
    if (event.key === "Escape") forgetChoice();
    else desk.choose(desk.order[0]?.id ?? null);
    find.blur();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    find.blur();
    chooseNext(event);
  }
}

function onDeskKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") chooseNext(event);
  else if (event.key === "Escape") forgetChoice();
  else if (event.key === "/") {
    event.preventDefault();
    find.focus();
  } else {
    const action = KEYS[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    press(action, action === "call_this" ? picture.tickets.get(desk.chosen) ?? null : null);
  }
}

function chooseNext(event) {
  event.preventDefault();
  const at = desk.order.findIndex((ticket) => ticket.id === desk.chosen);
  const to = event.key === "ArrowDown" ? at + 1 : at < 0 ? desk.order.length - 1 : at - 1;
  desk.choose(desk.order[Math.min(Math.max(to, 0), desk.order.length - 1)]?.id ?? null);
}

function forgetChoice() {
  find.value = desk.find = "";
  desk.choose(null);
}

function connect(redraw) {
  feed = new Feed(facility.id, "console", subject ? { room: subject } : {}, token, {
    snapshot(frame) {
      picture.replace(frame.state);
      redraw();
    },
    event(frame) {
      picture.apply(frame.set);
      if (frame.name === "ruleset.published") lookForVersion();
      redraw();
    },
    stale(at) {
      warn(at ? t("stale.banner", { time: clockTime(Date.parse(at), facility.time_zone) }) : t("stale.never"));
    },
    fresh() {
      stale.hidden = true;
      lookForVersion();
    },
    refused() {
      warn(t("setup.refused"));
    },
  });
}

function warn(sentence) {
  stale.textContent = sentence;
  stale.hidden = false;
}

// At a quiet moment: while nobody is here and nothing is being done.
function lookForVersion() {
  whenNewVersion(() => (desk.here.length === 0 && !desk.busy ? location.reload() : setTimeout(lookForVersion, 60_000)));
}

function openDesk() {
  const title = el("h1", {}, inLanguage(setup.name, language), el("small", {}, inLanguage(setup.location, language)));
  root.append(
    el("header", {}, title, top, el("a", { href: `/console/${facility.id}` }, t("console.rooms")), clock),
    stale,
    el("div", { class: "body" }, left, el("section", { class: "queue" }, find, list)),
    el("footer", {}, said, el("button", { type: "button", onclick: () => help.showModal() }, el("kbd", {}, "?"), ` ${t("console.help")}`)),
    help,
  );
  find.addEventListener("input", () => {
    desk.find = find.value.trim();
    draw();
  });
  addEventListener("keydown", onKey);
  addEventListener("resize", draw);
  addEventListener("pointerdown", () => { pressedAt = performance.now(); }, true);
  for (const end of ["pointerup", "pointercancel"]) {
    // The click comes just after; only then may the buttons change.
    addEventListener(end, () => setTimeout(() => {
      pressedAt = -Infinity;
      draw();
    }, 50), true);
  }
  connect(draw);
  setInterval(tick, 1000);
}

// The rooms to choose from; drawn anew only when one of them opened, paused or closed, or a click could miss its link.
function openHall() {
  const rooms = el("div", { class: "hall" });
  root.append(stale, rooms);
  let shown = null;
  const redraw = () => {
    const states = JSON.stringify([...picture.rooms.values()].map((room) => [room.id, room.state]));
    if (states === shown) return;
    shown = states;
    const focus = document.activeElement?.getAttribute("href");
    fill(rooms, chooseRoom(desk));
    if (focus) rooms.querySelector(`a[href="${focus}"]`)?.focus();
  };
  redraw();
  connect(redraw);
}

function notice(...children) {
  root.append(el("div", { class: "notice" }, ...children));
}

if (token === null) notice(el("h1", {}, t("setup.title")), el("p", {}, t("setup.text")));
else if (!subject) openHall();
else if (!setup) notice(el("p", {}, t("problem.unknown-room")), el("a", { href: `/console/${facility.id}` }, t("console.choose_room")));
else openDesk();
