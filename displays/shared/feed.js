// The one file that opens a WebSocket: follows a feed (DESIGN 7) and comes back by itself after any loss.
// Never: keep or draw the state; frames are handed on as they come.

// Heartbeats come every 10 s. A little under 15, so that a person sees the banner within 15 s of the last frame.
const STALE_AFTER_MS = 14_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;
const CONNECT_WITHIN_MS = 10_000;

// Closed for good reasons of ours (no such view, not allowed): asking again at once would change nothing.
const REFUSED = new Set([4400, 4401, 4403, 4404]);
const REFUSED_DELAY_MS = 60_000;

export class Feed {
  #path;
  #token;
  #on;
  #socket = null;
  #epoch = null;
  #offset = null;
  #attempt = 0;
  #heardAt = performance.now();
  #lastAt = null;
  #skew = 0;
  #stale = false;
  #refused = false;
  #gapBefore = false;
  #retryTimer = 0;
  #connectTimer = 0;

  // on: snapshot(frame), event(frame), fresh() when frames come again after stale or refused, stale(last server time
  // or null), refused(code) when the server will not have this listener. All but snapshot and event may be left out.
  constructor(facility, view, parameters, token, on) {
    const query = new URLSearchParams({ view, ...parameters });
    this.#path = `/v1/facilities/${encodeURIComponent(facility)}/feed?${query}`;
    this.#token = token;
    this.#on = { fresh() {}, stale() {}, refused() {}, ...on };
    setInterval(() => this.#watch(), 1000);
    addEventListener("online", () => this.#connectSoon(0));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#watch();
    });
    // Whoever makes a feed has it before it speaks.
    this.#connectSoon(0);
  }

  // The server's clock as far as frames tell: a TV box' own may be hours off.
  now() {
    return Date.now() + this.#skew;
  }

  // The server's time of the last frame in ms, null before the first.
  heardAt() {
    return this.#lastAt === null ? null : Date.parse(this.#lastAt);
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#drop();
    const address = new URL(this.#path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#epoch !== null) address.searchParams.set("since", `${this.#epoch}:${this.#offset}`);
    const protocols = ["queueflow.v1"];
    if (this.#token) protocols.push(`bearer.${this.#token}`);
    let socket;
    try {
      socket = new WebSocket(address, protocols);
    } catch {
      // A token that was copied badly cannot even be sent.
      this.#lost(4401);
      return;
    }
    this.#socket = socket;
    this.#connectTimer = setTimeout(() => this.#lost(), CONNECT_WITHIN_MS);
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#take(JSON.parse(message.data));
    };
    socket.onclose = (close) => {
      if (socket === this.#socket) this.#lost(close.code);
    };
  }

  #take(frame) {
    clearTimeout(this.#connectTimer);
    if (frame.type === "bye") {
      // The server says when to come back, so that a thousand boards do not come at once.
      this.#drop();
      this.#connectSoon(frame.retry_after_ms ?? this.#delay());
      return;
    }
    if (frame.type === "event" && frame.prev !== this.#offset) {
      // Something was missed. Asking for it by offset mends that; where it did not, a snapshot does.
      if (this.#gapBefore) this.#epoch = null;
      this.#gapBefore = true;
      this.#lost();
      return;
    }
    this.#heard(frame);
    if (frame.type === "snapshot") {
      this.#epoch = frame.epoch;
      this.#offset = frame.offset;
      this.#on.snapshot(frame);
    } else if (frame.type === "event") {
      this.#gapBefore = false;
      this.#offset = frame.offset;
      this.#on.event(frame);
    }
  }

  #heard(frame) {
    this.#attempt = 0;
    this.#heardAt = performance.now();
    if (frame.at) {
      this.#lastAt = frame.at;
      // Events told again after a loss carry their old time: only what is sent at once tells the clock.
      if (frame.type !== "event") this.#skew = Date.parse(frame.at) - Date.now();
    }
    if (this.#stale || this.#refused) {
      this.#stale = this.#refused = false;
      this.#on.fresh();
    }
  }

  #watch() {
    if (performance.now() - this.#heardAt < STALE_AFTER_MS) return;
    if (!this.#stale) {
      this.#stale = true;
      if (!this.#refused) this.#on.stale(this.#lastAt);
      // An open socket without heartbeats is half open (a laptop that slept, a cable that was pulled).
      if (this.#socket?.readyState === WebSocket.OPEN) this.#lost();
    }
  }

  #lost(code = 0) {
    this.#drop();
    if (REFUSED.has(code)) {
      this.#refused = true;
      this.#on.refused(code);
      this.#connectSoon(REFUSED_DELAY_MS * (0.5 + Math.random()));
    } else {
      this.#connectSoon(this.#delay());
    }
  }

  // Full jitter: anywhere between nothing and a bound that doubles with each failed try.
  #delay() {
    const bound = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempt);
    this.#attempt += 1;
    return Math.random() * bound;
  }

  #connectSoon(delay) {
    clearTimeout(this.#retryTimer);
    if (this.#socket?.readyState === WebSocket.OPEN) return;
    this.#retryTimer = setTimeout(() => this.#connect(), delay);
  }

  #drop() {
    clearTimeout(this.#connectTimer);
    const socket = this.#socket;
    this.#socket = null;
    if (socket && socket.readyState <= WebSocket.OPEN) socket.close();
  }
}
