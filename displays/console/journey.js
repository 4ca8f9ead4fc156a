// The whole way of the patient who is here: done, now, next, and what is waited for.
// Never: guess a stop; the server is asked whenever something of the visit has changed.

import { el } from "../shared/dom.js";
import { serviceName, wordFor } from "../shared/staff.js";
import { button } from "./panels.js";

const AT_MOST = 7;
const MARKS = { done: "✓", called: "●", serving: "●", suspended: "↺", "no-show": "✕" };

export class Journey {
  #api;
  #learned;
  #asked = null;
  #visit = null;
  #stops = null;

  constructor(api, learned) {
    this.#api = api;
    this.#learned = learned;
  }

  // The stops of a ticket's visit, as far as they have come; asks for them when the ticket is another than before.
  of(ticket) {
    if (!ticket) return null;
    const asked = `${ticket.id} ${ticket.revision} ${ticket.stops.length}`;
    if (asked !== this.#asked) this.#ask(ticket.visit, asked);
    return this.#visit === ticket.visit ? this.#stops : null;
  }

  // Something may have changed that the ticket does not tell of.
  forget() {
    this.#asked = null;
  }

  async #ask(visit, asked) {
    this.#asked = asked;
    try {
      const { body } = await this.#api.get(`/visits/${visit}`);
      if (this.#asked !== asked) return;
      this.#visit = visit;
      this.#stops = body.visit.journey.filter((stop) => stop.state !== "cancelled");
      this.#learned();
    } catch {
      // The patient is here all the same; the next change asks again.
    }
  }
}

// Of a long way the part around now.
export function journeyPanel(desk) {
  const { t, language, journey, current } = desk;
  if (!journey || journey.length < 2) return null;
  const at = journey.findIndex((stop) => stop.id === current.id);
  const from = Math.max(0, Math.min(at - 3, journey.length - AT_MOST));
  return el(
    "ol",
    { class: "journey", "aria-label": t("console.journey") },
    ...journey.slice(from, from + AT_MOST).map((stop) =>
      el(
        "li",
        { class: stop.id === current.id ? "now" : stop.state, "aria-current": stop.id === current.id ? "step" : null },
        el("span", { "aria-hidden": "true" }, MARKS[stop.state] ?? "○"),
        el("span", {}, serviceName(stop.service, language)),
        el("span", { class: "how" }, t(`console.stop.${stop.state}`)),
        ...stop.waits_for.map((what) =>
          button(desk, "release", t("console.has_come", { what: wordFor(t, "outside", what) }), { detail: stop }),
        ),
      ),
    ),
  );
}
