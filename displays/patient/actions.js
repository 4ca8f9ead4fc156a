// What patients may do from their phone: let others go first once, or give up. Each is asked again before it is done.
// Never: draw what came of it beyond a sentence; the feed brings the rest.

import { Api, Problem, freshKey } from "../shared/api.js";
import { el, fill } from "../shared/dom.js";
import { isOver } from "../shared/way.js";

// node: where the buttons stand. facility, visit, key: what is acted on.
export class Actions {
  #node;
  #api;
  #visit;
  #key;
  #stops = [];
  #t = null;
  #shown = "";
  #asking = null;
  #busy = false;
  #said = () => "";

  constructor(node, facility, visit, key) {
    this.#node = node;
    this.#api = new Api(facility, null);
    this.#visit = visit;
    this.#key = key;
  }

  // Draws anew only where something is different: a page that follows a feed must not take away a button under a thumb.
  draw(stops, t) {
    this.#stops = stops;
    this.#t = t;
    const may = {
      late: stops.some((stop) => stop.state === "waiting" && !stop.deferred),
      give_up: stops.length > 0 && !isOver(stops) && !stops.some((stop) => stop.state === "serving"),
    };
    if (this.#asking && !may[this.#asking] && !this.#busy) this.#asking = null;
    const number = stops[0]?.number ?? "";
    const said = this.#said(t, number);
    const now = JSON.stringify([may, this.#asking, this.#busy, said, number, t("language.name")]);
    if (now === this.#shown) return;
    this.#shown = now;
    fill(
      this.#node,
      said && el("p", { class: "said", role: "status" }, said),
      this.#asking ? this.#question(t, number) : this.#buttons(may, t),
    );
    this.#node.querySelector(".ask h2")?.focus();
  }

  #again() {
    this.draw(this.#stops, this.#t);
  }

  #buttons(may, t) {
    const ask = (what) => () => {
      this.#asking = what;
      this.#said = () => "";
      this.#again();
    };
    const button = (what) =>
      may[what] && el("button", { type: "button", class: what, onclick: ask(what) }, t(`patient.${what}`));
    return el("div", { class: "choices" }, button("late"), button("give_up"));
  }

  #question(t, number) {
    const what = this.#asking;
    const answer = (press, className, key) =>
      el("button", { type: "button", class: className, disabled: this.#busy, onclick: press }, t(key));
    const back = () => {
      this.#asking = null;
      this.#again();
    };
    return el(
      "div",
      { class: "ask", role: "alertdialog", "aria-labelledby": "ask" },
      el("h2", { id: "ask", tabindex: "-1" }, t(`patient.${what}.ask`, { number })),
      el("p", {}, t(`patient.${what}.means`, { number })),
      answer(back, "main", `patient.${what}.no`),
      answer(() => this.#do(what), what, this.#busy ? "patient.sending" : `patient.${what}.yes`),
    );
  }

  async #do(what) {
    this.#busy = true;
    this.#again();
    const path = `/visits/${encodeURIComponent(this.#visit)}/${what === "late" ? "defer" : "give-up"}`;
    try {
      await this.#api.post(path, { key: this.#key }, { key: freshKey() });
      this.#said = (t, number) => t(`patient.${what}.done`, { number });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem("other");
      this.#said = (t) => problem.sentence(t);
    }
    this.#busy = false;
    this.#asking = null;
    this.#again();
  }
}
