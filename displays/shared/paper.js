// The paper ticket: what the server says stands on it, as a strip 80 mm wide, and how it gets printed.
// Never: a text of its own, or anything that the server did not put on it.

import { el, fill } from "./dom.js";
import { SIGNS } from "./way.js";

const SHEET = new CSSStyleSheet();

// paper: GET /v1/…/visits/<visit>/ticket; qr: the address of its picture; alt: what it is, in words.
export function paperOf(paper, qr, alt) {
  const line = (className, text) => text && el("p", { class: className }, text);
  return el(
    "article",
    { class: "paper", lang: paper.language },
    line("facility", paper.facility),
    line("issued", [paper.issued, paper.printed].filter(Boolean).join("  ")),
    line("heading", paper.heading),
    el("p", { class: "number" }, paper.number),
    line("state", paper.state),
    ...paper.place.map((text) => line("place", text)),
    paper.facts.length > 0 &&
      el(
        "dl",
        {},
        ...paper.facts.map((fact) => el("div", {}, el("dt", {}, fact.label), el("dd", {}, fact.value))),
      ),
    paper.way.length > 0 && wayOf(paper),
    el("img", { class: "code", src: qr, alt }),
    line("hint", paper.link_hint),
  );
}

// The whole way, stop by stop; the kiosk shows the same.
export function wayOf(paper) {
  return el(
    "section",
    { class: "way" },
    el("h2", {}, paper.way_heading),
    el(
      "ol",
      {},
      ...paper.way.map((stop) =>
        el(
          "li",
          { class: stop.mark },
          el("span", { class: "sign", "aria-hidden": "true" }, SIGNS[stop.mark]),
          el("strong", {}, stop.name),
          el("span", { class: "note" }, stop.note),
        ),
      ),
    ),
  );
}

// Lays a ticket into its place: the number as large as the paper is wide, and a page exactly as long as the ticket,
// so that a roll is cut below it. Resolves once it can be printed.
export async function layPaper(place, node) {
  fill(place, node);
  await Promise.all([document.fonts.ready, node.querySelector(".code").decode()]);
  const number = node.querySelector(".number");
  const text = document.createRange();
  text.selectNodeContents(number);
  const { paddingLeft, paddingRight } = getComputedStyle(node);
  const room = node.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const size = parseFloat(getComputedStyle(number).fontSize);
  number.style.fontSize = `${(size * room) / text.getBoundingClientRect().width}px`;
  const mm = (node.getBoundingClientRect().height * 25.4) / 96;
  SHEET.replaceSync(`@page { size: 80mm ${Math.ceil(mm) + 1}mm; margin: 0; }`);
  document.adoptedStyleSheets = [SHEET];
  node.classList.add("laid");
}
