// What was just done, said as a sentence, with ten seconds to take it back.
// Never: know which moves can be taken back; the engine does, and its refusals are said as sentences.

import { Problem, freshKey } from "./api.js";
import { el, fill } from "./dom.js";

const UNDO_MS = 10_000;
const SAY_MS = 8_000;

export class Offer {
  #t;
  #api;
  #timer = 0;
  #ticket = null;
  #busy = false;

  // node: the line that is written on. undone(ticket): told when a move was taken back.
  constructor(t, api, undone = () => {}) {
    this.#t = t;
    this.#api = api;
    this.undone = undone;
    this.text = el("span", { class: "said", role: "status" });
    this.place = el("span", { class: "undo" });
    this.node = el("div", { class: "offer" }, this.text, this.place);
  }

  say(sentence, isProblem = false) {
    this.#show(sentence, isProblem, null, SAY_MS);
  }

  // ticket: as it was answered; its revision goes along, so that nothing newer is taken back.
  offer(sentence, ticket) {
    this.#show(sentence, false, ticket, UNDO_MS);
  }

  // A further word on what was done does not take the chance to undo it.
  get open() {
    return this.#ticket !== null;
  }

  async undo() {
    const ticket = this.#ticket;
    if (!ticket || this.#busy) return;
    this.#busy = true;
    this.#ticket = null;
    fill(this.place);
    try {
      const how = { key: freshKey(), revision: ticket.revision };
      const { body } = await this.#api.post(`/tickets/${ticket.id}/undo`, {}, how);
      this.say(this.#t("staff.undone", { number: ticket.number }));
      this.undone(body);
    } catch (error) {
      this.say(error instanceof Problem ? error.sentence(this.#t) : this.#t("problem.other"), true);
    } finally {
      this.#busy = false;
    }
  }

  #show(sentence, isProblem, ticket, lasts) {
    clearTimeout(this.#timer);
    this.#ticket = ticket;
    this.text.textContent = sentence;
    this.text.classList.toggle("problem", isProblem);
    fill(
      this.place,
      ticket &&
        el(
          "button",
          { type: "button", "data-act": "undo", "aria-keyshortcuts": "Z", onclick: () => this.undo() },
          el("span", {}, this.#t("staff.undo")),
          el("kbd", { "aria-hidden": "true" }, "Z"),
        ),
    );
    this.#timer = setTimeout(() => this.#show("", false, null, 0), lasts || 2 ** 30);
  }
}
