// A visit's ticket as a page of its own, to print it again: /ticket/<facility>/<visit>?k=…[&lang=…]
// Never: print by itself; whoever opened the page presses.

import { el, fill } from "../shared/dom.js";
import { facility, pageLanguage, query, root, subject, words } from "../shared/page.js";
import { layPaper, paperOf } from "../shared/paper.js";
import { translator } from "../shared/words.js";

let t = translator(words, query.get("lang") ?? pageLanguage);

async function show() {
  fill(root, el("p", { class: "unknown" }, t("ticket.loading")));
  const path = `/v1/facilities/${encodeURIComponent(facility.id)}/visits/${encodeURIComponent(subject)}/ticket`;
  const answer = await fetch(path + location.search, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const paper = await answer.json();
  t = translator(words, paper.language);
  document.documentElement.lang = paper.language;
  const asked = new URLSearchParams({ k: query.get("k"), lang: paper.language });
  const sheet = el("div", { class: "sheet print" });
  fill(root, el("button", { type: "button", class: "main press", onclick: () => print() }, t("ticket.print")), sheet);
  await layPaper(sheet, paperOf(paper, `/visit/${facility.id}/${subject}/qr.svg?${asked}`, t("ticket.qr_alt")));
}

show().catch(() => fill(root, el("p", { class: "unknown", role: "alert" }, t("ticket.unknown"))));
