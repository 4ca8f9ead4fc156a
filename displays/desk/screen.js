// The desk: the whole floor at a glance, what needs care first, and the hands to move a ticket.
// Never: decide what may follow; the engine does, and its refusals are shown as sentences.

import { Api } from "../shared/api.js";
import { el, fill, refill, setText } from "../shared/dom.js";
import { Ended } from "../shared/ended.js";
import { follow } from "../shared/live.js";
import { Offer } from "../shared/offer.js";
import { deviceToken, facility, pageLanguage, query, root, stayAwake, words } from "../shared/page.js";
import { Picture } from "../shared/state.js";
import { clockTime, inLanguage, translator } from "../shared/words.js";
import { Commands } from "./commands.js";
import { listenForDrags } from "./drag.js";
import { floorOf, inOrderOfCare } from "./floor.js";
import { helpBox } from "./help.js";
import { Journeys } from "./journeys.js";
import { listenForKeys } from "./keys.js";
import { Order } from "./order.js";
import { panel } from "./people.js";
import { tile } from "./tiles.js";

// The tiles change places this often at most: nobody hits what moves.
const SORT_MS = 4_000;
const PRESS_MS = 1_000;
const DRAW_AGAIN_MS = 20_000;
const LISTS = ["past", "near", "missed", "held", "outside", "ended"];

const language = Object.hasOwn(words, query.get("lang") ?? "") ? query.get("lang") : pageLanguage;
const t = translator(words, language);
document.documentElement.lang = language;

const token = deviceToken("desk");
const api = new Api(facility.id, token);
const picture = new Picture();
const ended = new Ended();
const journeys = new Journeys(api, () => draw());
const order = new Order(api, () => draw());
const offer = new Offer(t, api);

const stale = el("p", { class: "stale-banner", role: "alert", hidden: true });
const clock = el("span", { class: "clock" });
const sums = el("div", { class: "sums" });
const tiles = el("ul", { class: "tiles" });
const sideHead = el("div", {});
const people = el("ol", { class: "people" });
const side = el("section", { class: "side" }, sideHead, people);
const find = el("input", {
  id: "find",
  type: "search",
  autocomplete: "off",
  spellcheck: "false",
  placeholder: t("desk.find_hint"),
  "aria-label": t("desk.find"),
  "aria-keyshortcuts": "/",
});

// What the panels draw from and what they may ask for. `order`: the tickets of the side as they are shown;
// `still`: how much there is (a drag, a dialog) that nothing may move under.
const desk = {
  t,
  language,
  picture,
  floor: null,
  shown: { kind: "clinic", id: facility.clinics[0].id },
  chosen: null,
  order: [],
  tiles: [],
  find: "",
  busy: false,
  sure: null,
  still: 0,
  now: () => feed.now(),
  draw: () => draw(),
  get ended() {
    return ended.tickets;
  },
  // The chosen one, where the side still shows it.
  get ticket() {
    return this.order.find((ticket) => ticket.id === this.chosen) ?? null;
  },
  press(action, ticket) {
    commands.press(action, ticket);
  },
  undo() {
    offer.undo();
  },
  choose(id) {
    this.sure = null;
    this.chosen = id;
    drawPressed();
    if (id) side.querySelector(`[data-act="ticket-${id}"]`)?.focus();
  },
  chooseNext(step) {
    const at = this.order.indexOf(this.ticket);
    const to = at < 0 ? (step > 0 ? 0 : this.order.length - 1) : Math.min(Math.max(at + step, 0), this.order.length - 1);
    this.choose(this.order[to]?.id ?? null);
  },
  showClinic(id) {
    this.show({ kind: "clinic", id });
  },
  showList(name) {
    this.show({ kind: "list", name });
  },
  showNext(step) {
    const at = this.tiles.findIndex((clinic) => clinic.id === this.shown.id);
    const to = this.tiles[Math.min(Math.max(at + step, 0), this.tiles.length - 1)];
    this.showClinic(to.id);
    tiles.querySelector(`[data-clinic="${to.id}"]`)?.focus();
  },
  show(what) {
    find.value = this.find = "";
    this.shown = what;
    this.chosen = this.sure = null;
    drawPressed();
    // On a phone the people stand above the clinics.
    if (side.getBoundingClientRect().top < 0) side.scrollIntoView();
  },
  forget() {
    find.value = this.find = "";
    this.choose(null);
  },
};
const commands = new Commands(desk, api, offer);
let feed = null;
let pressedAt = -Infinity;
let sortedAt = -Infinity;
let sortTimer = 0;
let drawing = false;
let begun = false;

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(drawNow);
}

function drawNow() {
  drawing = false;
  if (!begun || desk.still > 0) return;
  const pressedFor = performance.now() - pressedAt;
  if (pressedFor < PRESS_MS && !desk.busy) {
    setTimeout(draw, PRESS_MS - pressedFor);
    return;
  }
  const focus = document.activeElement?.dataset.act;
  if (desk.shown.kind === "clinic") order.look(desk.shown.id, picture.clinics.get(desk.shown.id));
  const known = { tests: (tickets) => journeys.tests(tickets), order: (clinic) => order.ids(clinic) };
  desk.floor = floorOf(picture, facility, known, feed.now());
  sort();
  fill(sums, summary());
  refill(tiles, ...desk.tiles.map((clinic) => tile(desk, clinic)));
  const { order: shown, head, rows } = panel(desk, desk.floor);
  desk.order = shown;
  fill(sideHead, ...head);
  refill(people, ...rows);
  root.setAttribute("aria-busy", String(desk.busy));
  if (focus && document.activeElement?.dataset.act !== focus)
    root.querySelector(`[data-act="${focus}"]:not(:disabled)`)?.focus({ preventScroll: true });
  stick();
  tick();
}

// New figures at once, new places every few seconds.
function sort() {
  const known = new Map(desk.floor.clinics.map((clinic) => [clinic.id, clinic]));
  const rest = sortedAt + SORT_MS - performance.now();
  if (rest > 0 && desk.tiles.length === known.size) {
    desk.tiles = desk.tiles.map((clinic) => known.get(clinic.id));
    clearTimeout(sortTimer);
    sortTimer = setTimeout(draw, rest);
    return;
  }
  sortedAt = performance.now();
  const first = desk.tiles.length === 0;
  desk.tiles = inOrderOfCare(desk.floor.clinics);
  if (first) desk.shown = { kind: "clinic", id: desk.tiles[0].id };
}

function summary() {
  const { floor } = desk;
  const count = (name) => (name === "ended" ? desk.ended.length : floor.lists[name].length);
  return [
    el("span", { class: "sum" }, el("b", { class: "number" }, String(floor.waiting)), ` ${t("desk.waiting")}`),
    el("span", { class: "sum" }, el("b", { class: "number" }, String(floor.roomsOpen)), ` ${t("desk.rooms_open")}`),
    ...LISTS.map((name, at) =>
      el(
        "button",
        {
          type: "button",
          class: `sum ${name} ${count(name) ? "" : "none"}`,
          "data-act": `list-${name}`,
          "aria-pressed": String(!desk.find && desk.shown.name === name),
          "aria-keyshortcuts": String(at + 1),
          onclick: () => desk.showList(name),
        },
        el("b", { class: "number" }, String(count(name))),
        el("span", {}, ` ${t(`desk.list.${name}`)}`),
      ),
    ),
  ];
}

// The shorter of the two columns stays in sight while the longer one scrolls; one that is higher than the window
// stands with its foot on the window's.
function stick() {
  const top = root.querySelector("header").offsetHeight;
  for (const column of [tiles, side]) {
    column.style.setProperty("--stick", `${Math.min(top, innerHeight - column.offsetHeight)}px`);
  }
}

function tick() {
  setText(clock, clockTime(feed.now(), facility.time_zone));
}

function connect() {
  feed = follow("floor", {}, {
    token,
    t,
    picture,
    ended,
    stale,
    seen(name, tickets) {
      journeys.see(name, tickets);
      begun = true;
    },
    isQuiet: () => !desk.ticket && !desk.busy && desk.still === 0 && !offer.open,
    draw,
  });
}

function dropped(id, kind, place) {
  const ticket = picture.tickets.get(id);
  if (!ticket || (kind === "clinic" && ticket.clinic === place)) return draw();
  commands.move(ticket, [commands.target(kind, place)]);
}

function openFloor() {
  const help = helpBox(t);
  root.append(
    el(
      "header",
      {},
      el("h1", {}, inLanguage(facility.name, language)),
      offer.node,
      find,
      el("button", { type: "button", class: "keys", onclick: () => help.showModal() }, el("kbd", {}, "?"), ` ${t("desk.help")}`),
      clock,
      sums,
    ),
    stale,
    el("div", { class: "body" }, tiles, side),
    help,
  );
  find.addEventListener("input", () => {
    desk.find = find.value.trim();
    draw();
  });
  listenForKeys(desk, find, help);
  listenForDrags(desk, root, dropped);
  addEventListener("resize", draw);
  addEventListener("pointerdown", () => (pressedAt = performance.now()), true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(released, 50), true);
  connect();
  stayAwake();
  setInterval(tick, 1000);
  // Waits grow though nothing happens.
  setInterval(draw, DRAW_AGAIN_MS);
}

// The click came before this; only now may the buttons change.
function released() {
  pressedAt = -Infinity;
  draw();
}

// What a press itself asked for is drawn at once.
function drawPressed() {
  pressedAt = -Infinity;
  drawNow();
}

if (token === null) {
  root.append(el("div", { class: "notice" }, el("h1", {}, t("setup.title")), el("p", {}, t("setup.text"))));
} else openFloor();
