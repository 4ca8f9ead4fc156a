// A feed's picture of the hall: clinics, rooms and tickets by id, upserted as the frames say.
// Never: a rule of the queue. A new object takes the old one's place whole, null takes it away.

export class Picture {
  clinics = new Map();
  rooms = new Map();
  tickets = new Map();

  replace(state) {
    for (const kind of ["clinics", "rooms", "tickets"]) {
      this[kind] = new Map(Object.entries(state[kind] ?? {}));
    }
  }

  apply(set) {
    for (const kind of ["clinics", "rooms", "tickets"]) {
      for (const [id, value] of Object.entries(set?.[kind] ?? {})) {
        if (value === null) this[kind].delete(id);
        else this[kind].set(id, value);
      }
    }
  }
}
