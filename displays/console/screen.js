// The doctor's console of one room: who is here, who is next, what to press.
// Never: decide who is next or what may follow; the engine does, and its refusals are shown as sentences.

import { Api } from "../shared/api.js";
import { el, fill, setText } from "../shared/dom.js";
import { Ended } from "../shared/ended.js";
import { follow } from "../shared/live.js";
import { Offer } from "../shared/offer.js";
import { deviceToken, facility, pageLanguage, query, root, subject, words } from "../shared/page.js";
import { slug } from "../shared/staff.js";
import { Picture } from "../shared/state.js";
import { clockTime, duration, inLanguage, translator } from "../shared/words.js";
import { Commands } from "./commands.js";
import { Journey } from "./journey.js";
import { listenForKeys } from "./keys.js";
import { actionsPanel, chooseRoom, helpBox, patientCard, roomBar } from "./panels.js";
import { queuePanel, queues } from "./queue.js";

// A press takes this long at most; while it lasts nothing may move from under the pointer.
const PRESS_MS = 1_000;
const ASIDE = new Set(["no-show", "on-hold", "suspended"]);

const language = Object.hasOwn(words, query.get("lang") ?? "") ? query.get("lang") : pageLanguage;
const t = translator(words, language);
document.documentElement.lang = language;

const token = deviceToken("console");
const picture = new Picture();
const ended = new Ended();
const api = new Api(facility.id, token);
const offer = new Offer(t, api, () => journey.forget());
const journey = new Journey(api, () => draw());
const setup = facility.rooms.find((room) => room.id === subject);

const stale = el("p", { class: "stale-banner", role: "alert", hidden: true });
const clock = el("span", { class: "clock" });
const top = el("div", { class: "top" });
const left = el("div", { class: "left" });
const list = el("div", { class: "list" });
const find = el("input", {
  id: "find",
  type: "search",
  autocomplete: "off",
  spellcheck: "false",
  placeholder: t("console.find_hint"),
  "aria-label": t("console.find"),
  "aria-keyshortcuts": "/",
});

// What the panels draw from and what they may ask for. `order`: the waiting tickets as they are shown.
const desk = {
  t,
  language,
  picture,
  setup,
  chosen: null,
  selected: null,
  order: [],
  find: "",
  practitioner: "",
  busy: null,
  asking: false,
  sure: null,
  journey: null,
  now: () => feed.now(),
  say: (sentence) => offer.say(sentence),
  undo: () => offer.undo(),
  get room() {
    return picture.rooms.get(subject) ?? null;
  },
  get here() {
    return (this.room?.tickets ?? []).map((id) => picture.tickets.get(id)).filter(Boolean);
  },
  get current() {
    return this.here.find((ticket) => ticket.id === this.selected) ?? this.here[0] ?? null;
  },
  get full() {
    return this.here.length >= (setup.places ?? 1);
  },
  get aside() {
    return [...picture.tickets.values()].filter((ticket) => ASIDE.has(ticket.state));
  },
  get ended() {
    return ended.tickets;
  },
  // Whether anybody here waits for something outside.
  get awaited() {
    return [...this.aside, ...(this.journey ?? [])].some((ticket) => ticket.waits_for.length > 0);
  },
  // Who works here: as the room says, else as was typed.
  get worker() {
    const practitioner = this.room.practitioner ?? slug(this.practitioner);
    return practitioner ? { practitioner } : {};
  },
  // A room that goes on serves what it served before its pause.
  get opening() {
    return this.room.state === "paused" ? { ...this.worker, clinics: this.room.clinics } : this.worker;
  },
  press(action, detail) {
    commands.press(action, detail);
  },
  choose(id) {
    this.chosen = id;
    draw();
  },
  forgetChoice() {
    find.value = this.find = "";
    this.choose(null);
  },
  select(id) {
    this.selected = id;
    draw();
  },
};
const commands = new Commands(desk, api, {
  say: (sentence, isProblem) => offer.say(sentence, isProblem),
  offer(sentence, ticket) {
    offer.offer(sentence, ticket);
    journey.forget();
  },
  draw: (now) => (now ? drawNow() : draw()),
});
let feed = null;
let pressedAt = -Infinity;
let drawing = false;

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
  desk.journey = journey.of(desk.current);
  desk.order = shown.flatMap((clinic) => clinic.tickets);
  if (!desk.order.some((ticket) => ticket.id === desk.chosen)) desk.chosen = null;
  if (!typing) fill(top, roomBar(desk));
  fill(left, patientCard(desk), actionsPanel(desk));
  fill(list, queuePanel(desk, shown));
  // While it is asked, no other key or button counts.
  root.setAttribute("aria-busy", String(desk.busy !== null));
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

function connect(redraw) {
  feed = follow("console", subject ? { room: subject } : {}, {
    token,
    t,
    picture,
    ended,
    stale,
    isQuiet: () => desk.here.length === 0 && desk.busy === null,
    draw: redraw,
  });
}

function openDesk() {
  const title = el("h1", {}, inLanguage(setup.name, language), el("small", {}, inLanguage(setup.location, language)));
  const help = helpBox(desk);
  const showHelp = el("button", { type: "button", onclick: () => help.showModal() });
  showHelp.append(el("kbd", {}, "?"), ` ${t("console.help")}`);
  root.append(
    el("header", {}, title, top, el("a", { href: `/console/${facility.id}` }, t("console.rooms")), clock),
    stale,
    el("div", { class: "body" }, left, el("section", { class: "queue" }, find, list)),
    el("footer", {}, offer.node, showHelp),
    help,
  );
  find.addEventListener("input", () => {
    desk.find = find.value.trim();
    draw();
  });
  listenForKeys(desk, find, help);
  addEventListener("resize", draw);
  addEventListener("pointerdown", () => (pressedAt = performance.now()), true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(released, 50), true);
  connect(draw);
  setInterval(tick, 1000);
}

// The click came before this; only now may the buttons change.
function released() {
  pressedAt = -Infinity;
  draw();
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
else if (!setup)
  notice(
    el("p", {}, t("problem.unknown-room")),
    el("a", { href: `/console/${facility.id}` }, t("console.choose_room")),
  );
else openDesk();
