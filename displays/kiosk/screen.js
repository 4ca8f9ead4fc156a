// The kiosk: the way from a card to a ticket, one attempt at a time.
// Never: keep anything of a person after the attempt; wipe() is the only end, and it forgets everything.

import { Api, Problem, freshKey } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { icon } from "../shared/icons.js";
import { deviceToken, facility, pageLanguage, root, stayAwake, whenNewVersion, words } from "../shared/page.js";
import { Chime } from "../shared/speech.js";
import { translator } from "../shared/words.js";
import { Idle } from "./idle.js";
import * as pages from "./pages.js";
import { identityOf, listenForScans } from "./scanner.js";

const RESULT_SECONDS = 20;
const LOOK_FOR_VERSION_MS = 10 * 60_000;
// Where Back leads from each page; from all others it leads to the start.
const BEFORE = { identify: "start", number: "identify", name: "identify", service: "identify", priority: "service" };

const token = deviceToken("kiosk");
const api = new Api(facility.id, token);
const chime = new Chime();
const idle = new Idle({ ask: askStillThere, answered: () => overlay.replaceChildren(), over: wipe });

const overlay = el("div", { id: "overlay", "aria-live": "assertive" });
const content = el("div", { id: "content" });
const bar = el("nav", { id: "bar" });
root.append(content, bar, overlay);

const kiosk = { facility, go, choose, send, wipe };
let page = "start";
let shownPage = null;
let sendingNow = false;
let countdown = 0;

function freshAttempt() {
  return { identity: null, digits: "", name: "", birth: "", service: null, servicePage: 0, request: null };
}

function setLanguage(language) {
  kiosk.language = language;
  kiosk.t = translator(words, language);
  document.documentElement.lang = language;
}

function wipe() {
  clearInterval(countdown);
  kiosk.attempt = freshAttempt();
  kiosk.result = null;
  kiosk.trouble = null;
  kiosk.message = "";
  kiosk.retrying = false;
  setLanguage(pageLanguage);
  overlay.replaceChildren();
  go("start");
}

function go(name) {
  page = name;
  kiosk.today = new Date();
  shownPage = pages[name](kiosk);
  kiosk.message = "";
  content.replaceChildren(shownPage);
  drawBar();
  if (name === "start" || name === "ticket" || name === "sending") idle.rest();
  else idle.watch();
}

function choose(part, next) {
  Object.assign(kiosk.attempt, part);
  go(next);
}

function drawBar() {
  const { t } = kiosk;
  const busy = page === "sending";
  const inside = page !== "start" && page !== "ticket";
  const back = page === "birth" ? (kiosk.attempt.identity?.scheme === "name" ? "name" : "number") : BEFORE[page];
  bar.replaceChildren(
    inside ? el("button", { type: "button", disabled: busy, onclick: () => go(back ?? "service") }, icon("back"), t("kiosk.back")) : "",
    inside ? el("button", { type: "button", disabled: busy, onclick: wipe }, icon("home"), t("kiosk.start_over")) : "",
    el(
      "span",
      { class: "languages" },
      ...Object.keys(words).map((language) =>
        el(
          "button",
          { type: "button", lang: language, disabled: busy, "aria-pressed": String(language === kiosk.language), onclick: () => speakLanguage(language) },
          words[language]["language.name"],
        ),
      ),
    ),
    el("button", { type: "button", class: "nurse", onclick: callNurse }, icon("bell"), t("kiosk.nurse")),
  );
}

function speakLanguage(language) {
  setLanguage(language);
  go(page);
}

// There is no bell at the desk: the kiosk itself makes itself seen and heard.
function callNurse() {
  const { t } = kiosk;
  chime.allow().then(() => chime.ring());
  overlay.replaceChildren(
    el(
      "div",
      { class: "box help", role: "dialog", "aria-modal": "true" },
      icon("bell"),
      el("p", { class: "big" }, t("kiosk.help_here")),
      el("p", {}, t("kiosk.help_hint")),
      el("button", { type: "button", class: "main", onclick: () => overlay.replaceChildren() }, t("kiosk.help_close")),
    ),
  );
}

function askStillThere(seconds) {
  const { t } = kiosk;
  overlay.replaceChildren(
    el(
      "div",
      { class: "box", role: "dialog", "aria-modal": "true" },
      el("p", { class: "big" }, t("kiosk.still_there")),
      el("p", {}, t("kiosk.wiped_in", { seconds })),
      el("button", { type: "button", class: "main" }, t("kiosk.yes_here")),
    ),
  );
}

function scanned(text) {
  if (sendingNow) return;
  if (page === "ticket" || page === "problem") wipe();
  const found = identityOf(text);
  if (found.garbled) {
    kiosk.message = kiosk.t("kiosk.garbled");
    go("number");
    return;
  }
  choose({ ...freshAttempt(), identity: found }, "service");
}

// The request is made once and kept: a second try is the same request with the same key.
async function send({ flags }) {
  if (sendingNow) return;
  const { attempt } = kiosk;
  const patient = {};
  const date = pages.birthDate(attempt.birth, new Date());
  if (date) patient.birth_date = date;
  if (attempt.name) patient.name = attempt.name.trim();
  const body = { identity: attempt.identity, patient, service: attempt.service, answers: {}, flags, language: kiosk.language };
  attempt.request = { key: freshKey(), body };
  await submit();
}

async function submit() {
  sendingNow = true;
  kiosk.retrying = false;
  go("sending");
  const { key, body } = kiosk.attempt.request;
  try {
    const answer = await api.post("/check-ins", body, { key, tries: 6, onRetry: showRetrying });
    showTicket(answer);
  } catch (error) {
    showProblem(error instanceof Problem ? error : new Problem("other"));
  } finally {
    sendingNow = false;
  }
}

function showRetrying() {
  kiosk.retrying = true;
  go("sending");
}

function showTicket({ status, body }) {
  kiosk.attempt = freshAttempt();
  kiosk.result = { ...body, held: status === 200 };
  go("ticket");
  let left = RESULT_SECONDS;
  const show = () => {
    const place = document.getElementById("countdown");
    if (place) place.textContent = `(${left})`;
  };
  show();
  countdown = setInterval(() => {
    left -= 1;
    if (left <= 0) wipe();
    else show();
  }, 1000);
}

function showProblem(error) {
  const { t, attempt } = kiosk;
  if (error.slug === "validation" && error.field?.startsWith("patient.birth_date")) {
    kiosk.message = t("kiosk.birth_wrong");
    go("birth");
  } else if (error.slug === "validation" && error.field?.startsWith("identity")) {
    kiosk.message = t(attempt.digits ? "kiosk.number_wrong" : "kiosk.card_wrong");
    Object.assign(attempt, { identity: null, digits: "" });
    go(attempt.name ? "name" : "number");
  } else {
    kiosk.trouble = { error, again: submit };
    go("problem");
  }
}

// Keys of a real keyboard go to the page that asks for something.
addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target === document.body) shownPage.entered?.();
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

setInterval(() => page === "start" && whenNewVersion(() => page === "start" && location.reload()), LOOK_FOR_VERSION_MS);
stayAwake();
setLanguage(pageLanguage);
if (token === null) root.replaceChildren(el("div", { class: "notice" }, el("h1", {}, kiosk.t("setup.title")), el("p", {}, kiosk.t("setup.text"))));
else {
  wipe();
  listenForScans(scanned);
}
