// The stops that ended lately, as this screen saw them leave: what was ended by mistake can be opened again.
// Never: keep them over a reload, or more than a few.

const AT_MOST = 20;
const ENDS = new Set(["ticket.completed", "ticket.cancelled"]);

export class Ended {
  tickets = [];

  // Before the picture takes the frame in.
  see(frame, picture) {
    const told = frame.set.tickets ?? {};
    this.tickets = this.tickets.filter((ticket) => !told[ticket.id]);
    if (!ENDS.has(frame.name)) return;
    for (const [id, ticket] of Object.entries(told)) {
      const was = picture.tickets.get(id);
      if (ticket === null && was) this.tickets = [{ ...was, over: true }, ...this.tickets].slice(0, AT_MOST);
    }
  }
}

// What is over has left the feed: its last revision was not told.
export async function revisionOf(api, ticket) {
  return ticket.over ? (await api.get(`/tickets/${ticket.id}`)).body.ticket.revision : ticket.revision;
}
