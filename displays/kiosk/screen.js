// The kiosk: the way from a card to a ticket, one attempt at a time.
// Never: keep anything of a person after the attempt; wipe() is the only end, and it forgets everything.

import { Api, Problem, freshKey } from "../shared/api.js";
import { el, fill, setText } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import {
  deviceToken,
  facility,
  languages,
  pageLanguage,
  query,
  root,
  stayAwake,
  whenNewVersion,
  words,
} from "../shared/page.js";
import { layPaper, paperOf } from "../shared/paper.js";
import { Chime } from "../shared/speech.js";
import { translator } from "../shared/words.js";
import { Idle } from "./idle.js";
import * as pages from "./pages.js";
import { identityOf, listenForScans } from "./scanner.js";

const RESULT_SECONDS = 30;
// The paper is worth no long wait: without it the page still says everything that matters.
const PAPER_WITHIN_MS = 3000;
const TRIES = 4;
// A tap so soon after a page came was meant for the page before: a trembling hand taps twice.
const SETTLE_MS = 350;
const LOOK_FOR_VERSION_MS = 10 * 60_000;
// Where Back leads from each page; from all others it leads to the start.
const BEFORE = { number: "identify", name: "identify", priority: "service", problem: "service" };
// Pages on which nobody needs to be asked whether they are still there.
const AT_REST = new Set(["start", "ticket", "cancelled", "sending"]);

const token = deviceToken("kiosk");
const api = new Api(facility.id, token);
const idle = new Idle({ ask: askStillThere, answered: closeBox, over: wipe });

const content = el("div", { id: "content" });
const bar = el("nav", { id: "bar" });
const overlay = el("div", { id: "overlay" });
// What is printed lies beside the screen, and is on paper alone.
const sheet = el("div", { class: "sheet print", "aria-hidden": "true" });
root.append(content, bar, overlay, sheet);

// `?printer=1` in the address says that this kiosk's browser has a ticket printer.
const prints = query.get("printer") === "1";
const kiosk = { facility, prints, go, choose, send, wipe, callNurse, askGiveUp };
let page = "start";
let shownPage = null;
let sendingNow = false;
let countdown = 0;
let settling = 0;
let chime = null;
let box = null;

function freshAttempt() {
  return {
    identity: null,
    digits: "",
    name: "",
    birth: "",
    yearOnly: false,
    service: null,
    servicePage: 0,
    request: null,
  };
}

function setLanguage(language) {
  kiosk.language = language;
  kiosk.t = translator(words, language);
  document.documentElement.lang = language;
}

function wipe() {
  clearInterval(countdown);
  content.onpointerdown = null;
  sheet.replaceChildren();
  kiosk.attempt = freshAttempt();
  kiosk.result = null;
  kiosk.trouble = null;
  kiosk.message = "";
  kiosk.retrying = null;
  setLanguage(pageLanguage);
  if (box?.kind !== "nurse") closeBox();
  go("start");
}

function go(name) {
  page = name;
  shownPage = pages[name](kiosk);
  kiosk.message = "";
  fill(content, shownPage);
  shownPage.shown?.();
  shownPage.querySelector("h1")?.focus();
  drawBar();
  settle();
  if (AT_REST.has(name)) idle.rest();
  else idle.watch();
}

function settle() {
  clearTimeout(settling);
  content.classList.add("settling");
  settling = setTimeout(() => content.classList.remove("settling"), SETTLE_MS);
}

function choose(part, next) {
  Object.assign(kiosk.attempt, part);
  go(next);
}

function pageBefore() {
  const { attempt } = kiosk;
  if (page === "birth") return attempt.identity?.scheme === "name" ? "name" : "number";
  if (page === "service") return attempt.birth ? "birth" : "identify";
  return BEFORE[page] ?? "start";
}

function drawBar() {
  const { t } = kiosk;
  const busy = page === "sending";
  const inside = !["start", "ticket", "cancelled"].includes(page);
  const before = pageBefore();
  fill(
    bar,
    inside && barButton("back", t("kiosk.back"), () => (before === "start" ? wipe() : go(before)), { disabled: busy }),
    inside && barButton("home", t("kiosk.start_over"), wipe, { disabled: busy }),
    el("span", { class: "gap" }),
    ...languages.map((language) => {
      const chosen = language === kiosk.language;
      const press = () => {
        setLanguage(language);
        go(page);
      };
      return barButton(chosen ? "check" : "globe", words[language]["language.name"], press, {
        lang: language,
        disabled: busy,
        "aria-pressed": String(chosen),
      });
    }),
    barButton("bell", t("kiosk.nurse"), callNurse, { class: "nurse" }),
  );
}

function barButton(picture, label, press, attributes = {}) {
  return el("button", { type: "button", onclick: press, ...attributes }, icon(picture), el("span", {}, label));
}

// A box over everything, of one kind at a time: "still" (is somebody there?) or "nurse".
function showBox(kind, node, press) {
  box = { kind, node };
  content.inert = bar.inert = true;
  overlay.onclick = (event) => (kind === "still" || event.target.closest("button")) && press(event);
  fill(overlay, node);
  node.querySelector("button").focus();
}

function closeBox() {
  box = null;
  content.inert = bar.inert = false;
  overlay.onclick = null;
  overlay.replaceChildren();
  settle();
}

// There is no bell at the desk: the kiosk itself makes itself seen and heard.
function callNurse() {
  const { t } = kiosk;
  chime ??= new Chime();
  chime.allow().then(() => chime.ring());
  const node = el(
    "div",
    { class: "box nurse", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "box-title" },
    icon("bell"),
    el("p", { class: "big", id: "box-title" }, t("kiosk.help_here")),
    el("p", {}, t("kiosk.help_hint")),
    el("button", { type: "button" }, t("kiosk.help_close")),
  );
  showBox("nurse", node, closeBox);
}

function askStillThere(seconds) {
  const { t } = kiosk;
  // Whoever called a nurse is not hurried; what was typed goes all the same.
  if (box?.kind === "nurse") return;
  if (box === null) {
    const node = el(
      "div",
      { class: "box", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "box-title" },
      el("p", { class: "big", id: "box-title" }, t("kiosk.still_there")),
      el("p", { class: "seconds" }),
      el("button", { type: "button", class: "main" }, t("kiosk.yes_here")),
    );
    showBox("still", node, () => {
      idle.watch();
      closeBox();
    });
  }
  setText(box.node.querySelector(".seconds"), t("kiosk.wiped_in", { seconds }));
}

function scanned(text) {
  if (sendingNow) return;
  if (["ticket", "cancelled", "problem"].includes(page)) wipe();
  const found = identityOf(text);
  if (found.identity) {
    choose({ ...freshAttempt(), identity: found.identity }, "service");
    return;
  }
  kiosk.message = kiosk.t(found.garbled ? "kiosk.garbled" : "kiosk.card_wrong");
  choose({ ...freshAttempt(), digits: found.digits ?? "" }, "number");
}

// The request is made once and kept: a second try is the same request with the same key.
async function send({ flags }) {
  if (sendingNow) return;
  const { attempt } = kiosk;
  const patient = {};
  const date = pages.birthDate(attempt.birth, attempt.yearOnly, new Date());
  if (date) patient.birth_date = date;
  if (attempt.name) patient.name = attempt.name.trim();
  const body = {
    identity: attempt.identity,
    patient,
    service: attempt.service,
    answers: {},
    flags,
    language: kiosk.language,
  };
  attempt.request = { key: freshKey(), body };
  await submit();
}

async function submit() {
  sendingNow = true;
  kiosk.retrying = null;
  go("sending");
  const { key, body } = kiosk.attempt.request;
  try {
    await showTicket(await api.post("/check-ins", body, { key, tries: TRIES, onRetry: showRetrying }));
  } catch (error) {
    showProblem(error instanceof Problem ? error : new Problem("other"));
  } finally {
    sendingNow = false;
  }
}

function showRetrying(problem) {
  kiosk.retrying = problem.slug === "no-connection" ? "kiosk.retrying" : "kiosk.retrying_store";
  go("sending");
}

async function showTicket({ status, body }) {
  const link = linkOf(body.visit);
  kiosk.attempt = freshAttempt();
  kiosk.result = { ...body, held: status === 200, link, paper: await fetchPaper(link) };
  go("ticket");
  countDown();
  if (prints && kiosk.result.paper) await printTicket(kiosk.result);
}

// The patient's page may be reached from outside by another name; this kiosk asks where it came from.
function linkOf(visit) {
  const tracking = new URL(visit.tracking_url, location.href);
  const key = tracking.searchParams.get("k");
  const asked = new URLSearchParams({ k: key, lang: kiosk.language });
  return { visit: visit.id, key, qr: `${tracking.pathname}/qr.svg?${asked}`, asked };
}

async function fetchPaper({ visit, asked }) {
  try {
    const address = `${api.base}/visits/${encodeURIComponent(visit)}/ticket?${asked}`;
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PAPER_WITHIN_MS) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function printTicket(result) {
  try {
    await layPaper(sheet, paperOf(result.paper, result.link.qr, kiosk.t("ticket.qr_alt")));
  } catch {
    // Without its code the ticket is printed all the same: the number and the way are what counts.
  }
  // Somebody else may stand there by now.
  if (kiosk.result === result) print();
}

function countDown() {
  let left = RESULT_SECONDS;
  const show = () => setText(document.getElementById("countdown"), `(${left})`);
  show();
  // Whoever still touches the page still reads it.
  content.onpointerdown = () => {
    left = RESULT_SECONDS;
  };
  countdown = setInterval(() => {
    left -= 1;
    if (left <= 0) wipe();
    else show();
  }, 1000);
}

// Asked twice: whoever cancels by mistake loses a morning.
function askGiveUp() {
  askWhether("kiosk.give_up.ask", "kiosk.give_up.means", "kiosk.give_up.yes", () =>
    askWhether("kiosk.give_up.sure", "kiosk.give_up.means", "kiosk.give_up.yes_sure", giveUp),
  );
}

function askWhether(title, means, yes, press) {
  const { t, result } = kiosk;
  const number = result.ticket.number;
  const node = el(
    "div",
    { class: "box", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "box-title" },
    el("p", { class: "big", id: "box-title" }, t(title, { number })),
    el("p", {}, t(means)),
    el("button", { type: "button", class: "main" }, t("kiosk.give_up.no")),
    el("button", { type: "button", class: "give-up" }, t(yes, { number })),
  );
  showBox("give-up", node, (event) => (event.target.closest(".give-up") ? press() : closeBox()));
}

async function giveUp() {
  const { link } = kiosk.result;
  closeBox();
  clearInterval(countdown);
  sendingNow = true;
  go("sending");
  try {
    await api.post(`/visits/${encodeURIComponent(link.visit)}/give-up`, { key: link.key }, { key: freshKey() });
    go("cancelled");
    countdown = setInterval(wipe, RESULT_SECONDS * 1000);
  } catch (error) {
    kiosk.trouble = { error: error instanceof Problem ? error : new Problem("other"), again: giveUp };
    go("problem");
  } finally {
    sendingNow = false;
  }
}

function showProblem(error) {
  const { t, attempt } = kiosk;
  const { scheme } = attempt.identity;
  if (error.slug === "validation" && /^patient\.birth_date/.test(error.field ?? "")) {
    kiosk.message = t("kiosk.birth_wrong");
    go("birth");
  } else if (error.slug === "validation" && /^(identity|patient\.name)/.test(error.field ?? "")) {
    kiosk.message = t(
      scheme === "name" ? "kiosk.name_wrong" : attempt.digits ? "kiosk.number_wrong" : "kiosk.card_wrong",
    );
    choose({ identity: null }, scheme === "name" ? "name" : "number");
  } else {
    kiosk.trouble = { error, again: submit };
    go("problem");
  }
}

// Keys of a real keyboard go to the page that asks for something.
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || box || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) shownPage.entered?.();
  else if (event.key === "Backspace" || event.key.length === 1) shownPage.typed?.(event.key);
});

// Back must neither leave the kiosk nor bring the last person's page again.
history.pushState(null, "");
addEventListener("popstate", () => {
  history.pushState(null, "");
  if (!sendingNow) wipe();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

setLanguage(pageLanguage);
if (token === null) {
  fill(root, el("div", { class: "notice" }, el("h1", {}, kiosk.t("setup.title")), el("p", {}, kiosk.t("setup.text"))));
} else {
  wipe();
  listenForScans(scanned);
  setInterval(
    () => page === "start" && whenNewVersion(() => page === "start" && location.reload()),
    LOOK_FOR_VERSION_MS,
  );
  stayAwake();
}
