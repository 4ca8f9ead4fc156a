// What a press at the desk sends, and what a slip of the hand must not do.
// Never: draw, or decide what may follow; the engine does, and its refusals are said as sentences.

import { Problem, freshKey } from "../shared/api.js";
import { plain } from "./queue.js";

// A second press this soon after a call is a slip of the hand, not a wish for two patients.
const SLIP_MS = 1_500;
const SURE_MS = 4_000;
const LONGEST_WAIT_FOR_FEED_MS = 2_000;

const SURE_FIRST = new Set(["close", "cancel"]);
const CALLS = new Set(["call_next", "call_this"]);
const OF_THE_CURRENT = new Set(["recall", "start", "complete", "no_show", "requeue"]);
// Whoever is done with one patient may ask for the next before the first answer has come.
const THEN_NEXT = new Set(["complete", "no_show", "requeue"]);
const TICKET_PATHS = {
  recall: "recall",
  start: "start",
  complete: "complete",
  no_show: "no-show",
  requeue: "requeue",
  cancel: "cancel",
  call_this: "call",
};

export class Commands {
  #desk;
  #api;
  #on;
  #calledAt = -Infinity;
  #nextAsked = false;
  #sureTimer = 0;

  // on: say(sentence, isProblem), draw(now: boolean), now() in ms of the server's clock.
  constructor(desk, api, on) {
    this.#desk = desk;
    this.#api = api;
    this.#on = on;
  }

  // detail: minutes of a pause, or the ticket that a call or a cancellation is of.
  async press(action, detail = null) {
    const desk = this.#desk;
    if (action === "call_next" && THEN_NEXT.has(desk.busy)) this.#nextAsked = true;
    if (desk.busy || !desk.room || !this.#allowed(action, detail)) return;
    if (SURE_FIRST.has(action) && desk.sure !== action) {
      this.#askSure(action);
      return;
    }
    desk.sure = null;
    desk.busy = action;
    this.#on.draw(true);
    try {
      if (action in TICKET_PATHS) await this.#moveTicket(action, detail ?? desk.current);
      else await this.#moveRoom(action, detail);
    } catch (error) {
      this.#nextAsked = false;
      this.#on.say(error instanceof Problem ? error.sentence(desk.t) : desk.t("problem.other"), true);
    } finally {
      desk.busy = null;
      this.#on.draw(false);
    }
    if (!this.#nextAsked) return;
    this.#nextAsked = false;
    await this.press("call_next");
  }

  #askSure(action) {
    const desk = this.#desk;
    desk.sure = action;
    clearTimeout(this.#sureTimer);
    this.#sureTimer = setTimeout(() => {
      desk.sure = null;
      this.#on.draw(false);
    }, SURE_MS);
    this.#on.draw(false);
  }

  // Only what a slip must not do; everything else is the engine's to refuse.
  #allowed(action, detail) {
    const { t, room, full, current } = this.#desk;
    if (CALLS.has(action) && performance.now() - this.#calledAt < SLIP_MS) return false;
    if (CALLS.has(action) && full) return this.#refuse(t("console.finish_first"));
    if (action === "open" && room.state === "open") return false;
    if (action === "call_this" && !detail) return false;
    if (OF_THE_CURRENT.has(action) && !current) return this.#refuse(t("console.nobody_here"));
    return true;
  }

  #refuse(sentence) {
    this.#on.say(sentence, true);
    return false;
  }

  async #moveRoom(action, minutes) {
    const desk = this.#desk;
    const path = action === "call_next" ? "call-next" : action;
    const answer = await this.#api.post(`/rooms/${desk.setup.id}/${path}`, this.#bodyFor(action, minutes), {
      key: freshKey(),
    });
    if (action !== "call_next") return;
    if (answer.status === 204) {
      this.#on.say(desk.t("console.nobody_waits"), false);
      return;
    }
    await this.#called(answer.body);
  }

  #bodyFor(action, minutes) {
    if (action === "open") {
      const practitioner = this.#desk.room.practitioner ?? slug(this.#desk.practitioner);
      return practitioner ? { practitioner } : {};
    }
    return action === "pause" && minutes ? { until: new Date(this.#on.now() + minutes * 60_000).toISOString() } : {};
  }

  // The ticket's revision goes along, so that nobody overwrites what somebody else just did.
  async #moveTicket(action, ticket) {
    const desk = this.#desk;
    const body = action === "call_this" ? { room: desk.setup.id } : {};
    const how = { key: freshKey(), revision: ticket.revision };
    const answer = await this.#api.post(`/tickets/${ticket.id}/${TICKET_PATHS[action]}`, body, how);
    if (action === "call_this" || action === "cancel") desk.forgetChoice();
    if (action === "call_this") {
      await this.#called(answer.body);
      return;
    }
    this.#calledAt = -Infinity;
    this.#on.say(desk.t("console.done", { action: desk.t(`console.${action}`), number: ticket.number }), false);
    await this.#seen(answer.body);
  }

  async #called(ticket) {
    this.#calledAt = performance.now();
    this.#on.say(this.#desk.t("console.called", { number: ticket.number }), false);
    await this.#seen(ticket);
  }

  // Until the feed has told of what was just done the buttons would act on the past.
  async #seen(ticket) {
    const over = ticket.state === "done" || ticket.state === "cancelled";
    for (let waited = 0; waited < LONGEST_WAIT_FOR_FEED_MS; waited += 20) {
      const known = this.#desk.picture.tickets.get(ticket.id);
      if (known ? known.revision >= ticket.revision : over) return;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

// A practitioner is known to the engine by a slug: "BS. Hoàng Văn Mẫu" -> "bs-hoang-van-mau".
function slug(text) {
  return plain(text)
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
}
