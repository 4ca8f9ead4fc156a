// What a press at the desk sends, and what a slip of the hand must not do.
// Never: draw, or decide what may follow; the engine does, and its refusals are said as sentences.

import { Problem, freshKey } from "../shared/api.js";
import { revisionOf } from "../shared/ended.js";
import { ASKING } from "./asking.js";

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

  // on: say(sentence, isProblem), offer(sentence, ticket) that can be undone, draw(now: boolean).
  constructor(desk, api, on) {
    this.#desk = desk;
    this.#api = api;
    this.#on = on;
  }

  // detail: the ticket that a move is of, where it is not of whoever is in the room.
  async press(action, detail = null) {
    const desk = this.#desk;
    if (action === "call_next" && THEN_NEXT.has(desk.busy)) this.#nextAsked = true;
    if (desk.busy || desk.asking || !desk.room || !this.#allowed(action, detail)) return;
    if (action in ASKING) {
      await this.#ask(action, detail);
      return;
    }
    if (SURE_FIRST.has(action) && desk.sure !== action) {
      this.#askSure(action);
      return;
    }
    await this.#run(action, () =>
      action in TICKET_PATHS
        ? this.#moveTicket(action, {
            ticket: detail ?? desk.current,
            path: TICKET_PATHS[action],
            body: action === "call_this" ? { room: desk.setup.id } : {},
          })
        : this.#moveRoom(action, action === "call_next" ? "call-next" : action, action === "open" ? desk.opening : {}),
    );
    if (!this.#nextAsked) return;
    this.#nextAsked = false;
    await this.press("call_next");
  }

  // While something is asked no other key counts; what was chosen then goes the same way as a press.
  async #ask(action, detail) {
    const desk = this.#desk;
    desk.asking = true;
    let move = null;
    try {
      move = await ASKING[action](desk, detail);
    } finally {
      desk.asking = false;
    }
    if (!move || desk.busy) return;
    await this.#run(action, () =>
      move.ticket ? this.#moveTicket(action, move) : this.#moveRoom(action, move.path, move.body),
    );
  }

  async #run(action, act) {
    const desk = this.#desk;
    desk.sure = null;
    desk.busy = action;
    this.#on.draw(true);
    try {
      await act();
    } catch (error) {
      this.#nextAsked = false;
      this.#on.say(sentenceOf(error, desk.t), true);
    } finally {
      desk.busy = null;
      this.#on.draw(false);
    }
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

  async #moveRoom(action, path, body) {
    const desk = this.#desk;
    const answer = await this.#api.post(`/rooms/${desk.setup.id}/${path}`, body, { key: freshKey() });
    if (action !== "call_next") return;
    if (answer.status === 204) {
      this.#on.say(desk.t("console.nobody_waits"), false);
      return;
    }
    await this.#called(answer.body);
  }

  // The ticket's revision goes along, so that nobody overwrites what somebody else just did.
  async #moveTicket(action, { ticket, path, body }) {
    const desk = this.#desk;
    const wasChosen = ticket.id === desk.chosen;
    const how = { key: freshKey(), revision: await revisionOf(this.#api, ticket) };
    const answer = await this.#api.post(`/tickets/${ticket.id}/${path}`, body, how);
    if (wasChosen) desk.forgetChoice();
    if (action === "call_this") {
      await this.#called(answer.body);
      return;
    }
    this.#calledAt = -Infinity;
    const name = desk.t(`console.${action === "hold" ? path : action}`);
    this.#on.offer(desk.t("console.done", { action: name, number: ticket.number }), answer.body);
    await this.#seen(answer.body);
  }

  async #called(ticket) {
    this.#calledAt = performance.now();
    this.#on.offer(this.#desk.t("console.called", { number: ticket.number }), ticket);
    await this.#seen(ticket);
  }

  // Until the feed has told of what was just done the buttons would act on the past.
  async #seen(ticket) {
    const { picture, room } = this.#desk;
    const over = ticket.state === "done" || ticket.state === "cancelled" || !room.clinics.includes(ticket.clinic);
    for (let waited = 0; waited < LONGEST_WAIT_FOR_FEED_MS; waited += 20) {
      const known = picture.tickets.get(ticket.id);
      if (known ? known.revision >= ticket.revision : over) return;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

function sentenceOf(error, t) {
  if (!(error instanceof Problem)) return t("problem.other");
  return error.field === "practitioner" ? t("console.nobody_works") : error.sentence(t);
}
