// The order of the queue that is looked at: the feed tells only who is next, the server knows them all.
// Never: ask for a queue that nobody looks at, or more than once a second.

const AT_MOST_EVERY_MS = 1_000;

export class Order {
  #api;
  #learned;
  #of = null;
  #ids = [];
  #asked = null;
  #askedAt = -Infinity;
  #timer = 0;

  // learned(): called when an answer has changed what is known.
  constructor(api, learned) {
    this.#api = api;
    this.#learned = learned;
  }

  // Somebody looks at a clinic; `seen`: it as the feed tells. Asks again whenever that has changed.
  look(clinic, seen) {
    if (!seen || seen.waiting <= seen.next.length || this.#asked === seen) return;
    this.#asked = seen;
    clearTimeout(this.#timer);
    const rest = clinic === this.#of ? this.#askedAt + AT_MOST_EVERY_MS - performance.now() : 0;
    this.#timer = setTimeout(() => this.#ask(clinic), Math.max(0, rest));
  }

  // The ids in their order; none of a clinic that is not looked at.
  ids(clinic) {
    return clinic === this.#of ? this.#ids : [];
  }

  async #ask(clinic) {
    this.#askedAt = performance.now();
    try {
      const { body } = await this.#api.get(`/clinics/${clinic}/queue`);
      this.#of = clinic;
      this.#ids = body.waiting.map((one) => one.ticket.id);
      this.#learned();
    } catch {
      // The order by arrival must do until something changes.
    }
  }
}
