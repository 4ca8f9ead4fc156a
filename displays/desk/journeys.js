// How many tests a visit's journey has, those that are over among them: the feed tells only of stops still to come.
// A test is a service that only staff order: the kiosk does not offer it.
// Never: ask for what was seen here before, or for more than a few visits at a time.

import { facility } from "../shared/page.js";

const AT_A_TIME = 3;
const AGAIN_AFTER_MS = 30_000;

const TESTS = new Set(facility.services.filter((service) => !service.kiosk).map((service) => service.id));

export class Journeys {
  #api;
  #learned;
  #services = new Map();
  #queue = [];
  #asked = new Set();
  #asking = 0;

  // learned(): called when an answer has changed what is known.
  constructor(api, learned) {
    this.#api = api;
    this.#learned = learned;
  }

  // What stops are of, as the feed tells of them; a null is one that will not be told of again.
  see(name, tickets) {
    for (const [id, ticket] of Object.entries(tickets ?? {})) {
      if (ticket) this.#services.set(id, ticket.service);
      // What was taken back or cancelled was never done.
      else if (name !== "ticket.completed" && name !== "ticket.suspended") this.#services.set(id, null);
    }
  }

  // The number of tests in a visit, as far as is known; `tickets`: those of it in the picture.
  tests(tickets) {
    const { visit, stops } = tickets[0];
    if (stops.some((id) => !this.#services.has(id))) this.#want(visit);
    return new Set(stops.map((id) => this.#services.get(id)).filter((service) => TESTS.has(service))).size;
  }

  #want(visit) {
    if (this.#asked.has(visit)) return;
    this.#asked.add(visit);
    this.#queue.push(visit);
    if (this.#asking < AT_A_TIME) this.#ask();
  }

  async #ask() {
    this.#asking += 1;
    while (this.#queue.length) {
      const visit = this.#queue.shift();
      // Where it could not be had, what is known must do for a while.
      setTimeout(() => this.#asked.delete(visit), AGAIN_AFTER_MS);
      try {
        const { body } = await this.#api.get(`/visits/${visit}`);
        for (const stop of body.visit.journey) {
          this.#services.set(stop.id, stop.state === "cancelled" ? null : stop.service);
        }
        this.#learned();
      } catch {
        continue;
      }
    }
    this.#asking -= 1;
  }
}
