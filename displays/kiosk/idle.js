// Nobody there any more: asks after 30 s, and 10 s later gives up.
// Never: know what is wiped; the flow is told.

const ASK_AFTER_S = 30;
const GIVE_UP_AFTER_S = 10;

export class Idle {
  #left = Infinity;
  #asking = false;
  #on;

  // on: ask(seconds left), each second while asking; answered(); over().
  constructor(on) {
    this.#on = on;
    for (const sign of ["pointerdown", "keydown"]) addEventListener(sign, () => this.#sign(), true);
    setInterval(() => this.#tick(), 1000);
  }

  watch() {
    this.#left = ASK_AFTER_S + GIVE_UP_AFTER_S;
    this.#asking = false;
  }

  rest() {
    this.#left = Infinity;
    this.#asking = false;
  }

  #sign() {
    if (this.#left === Infinity) return;
    const asked = this.#asking;
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
      this.#asking = true;
      this.#on.ask(this.#left);
    }
  }
}
