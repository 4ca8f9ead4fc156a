// Calls to the server: the device's token, one idempotency key for all tries of a call, refusals as sentences.
// Never: decide what to call or when.

const TRY_SECONDS = 8;
const AGAIN = new Set([429, 502, 503, 504]);

// A refusal or an outage. `slug` is the problem's (DESIGN 6), or "no-connection"; `field` where one is at fault.
export class Problem extends Error {
  constructor(slug, { status = 0, field = null } = {}) {
    super(slug);
    this.slug = slug;
    this.status = status;
    this.field = field;
  }

  // Whether the same request may succeed a little later.
  get passing() {
    return this.status === 0 || AGAIN.has(this.status) || this.status >= 500;
  }

  sentence(t) {
    const key = `problem.${this.slug}`;
    const found = t(key);
    return found === key ? t("problem.other") : found;
  }
}

// getRandomValues works on plain http too, where randomUUID does not exist.
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// token: null where what is sent is its own key, as a visit's link is.
export class Api {
  constructor(facility, token) {
    this.base = `/v1/facilities/${encodeURIComponent(facility)}`;
    this.token = token;
  }

  // Asks for something once. Gives {status, body}; throws Problem.
  async get(path) {
    let answer;
    try {
      answer = await fetch(this.base + path, {
        headers: { Authorization: `Bearer ${this.token}` },
        cache: "no-store",
        signal: AbortSignal.timeout(TRY_SECONDS * 1000),
      });
    } catch {
      throw new Problem("no-connection");
    }
    if (!answer.ok) throw await problemOf(answer);
    return { status: answer.status, body: await answer.json() };
  }

  // POSTs once or several times with the same key: a lost answer must not become a second ticket.
  // onRetry(problem) is told why it tries again. Gives {status, body}; throws Problem.
  async post(path, body, { key, revision = null, tries = 3, onRetry = () => {} }) {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    if (this.token !== null) headers.Authorization = `Bearer ${this.token}`;
    if (revision !== null) headers["If-Match"] = `"${revision}"`;
    for (let attempt = 1; ; attempt += 1) {
      let wait = Math.random() * Math.min(4000, 500 * 2 ** attempt);
      let problem;
      try {
        const answer = await fetch(this.base + path, {
          method: "POST",
          headers,
          body: JSON.stringify(body),
          cache: "no-store",
          signal: AbortSignal.timeout(TRY_SECONDS * 1000),
        });
        if (answer.ok) return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
        problem = await problemOf(answer);
        if (!AGAIN.has(answer.status)) throw problem;
        wait += 1000 * Math.min(10, Number(answer.headers.get("Retry-After")) || 0);
      } catch (error) {
        if (error === problem) throw error;
        problem = new Problem("no-connection");
      }
      if (attempt >= tries) throw problem;
      onRetry(problem);
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

async function problemOf(answer) {
  let document = {};
  try {
    document = await answer.json();
  } catch {
    // A proxy's own page: the status alone must do.
  }
  const slug =
    String(document.type ?? "")
      .split(":")
      .pop() || "other";
  return new Problem(slug, { status: answer.status, field: document.field ?? null });
}
