// Nobody there any more: asks after 30 s, and 10 s later gives up.
// Never: know what is wiped; the flow is told.

const ASK_AFTER_S = 30;
const GIVE_UP_AFTER_S = 10;

export class Idle {
  #left = Infinity;
  #on;

  // on: ask(seconds left), each second while asking; answered() by a key; over().
  constructor(on) {
    this.#on = on;
    // While it asks, a touch is answered by whoever shows the question: a finger that only just came down would
    // else take the question away and come up on what lies under it.
    addEventListener("pointerdown", () => this.#left > GIVE_UP_AFTER_S && this.#sign(), true);
    addEventListener("keydown", () => this.#sign(), true);
    setInterval(() => this.#tick(), 1000);
  }

  // From now on somebody should be there; also the answer "yes".
  watch() {
    this.#left = ASK_AFTER_S + GIVE_UP_AFTER_S;
  }

  rest() {
    this.#left = Infinity;
  }

  #sign() {
    if (this.#left === Infinity) return;
    const asked = this.#left <= GIVE_UP_AFTER_S;
    this.watch();
    if (asked) this.#on.answered();
  }

  #tick() {
    if (this.#left === Infinity) return;
    this.#left -= 1;
    if (this.#left <= 0) {
      this.rest();
      this.#on.over();
    } else if (this.#left <= GIVE_UP_AFTER_S) {
      this.#on.ask(this.#left);
    }
  }
}
