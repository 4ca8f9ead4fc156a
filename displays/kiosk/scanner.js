// Card scanners that type like a keyboard: fast keys ended by Enter or by silence (DOMAIN 1.4).
// Never: read what a card says; the server does. Here is only seen what kind of text it is.

// Milliseconds from key to key, on the average: scanners need 2 to 20, quick typists 100 or more.
const FAST_MS = 50;
const SILENCE_MS = 300;
const SAME_AGAIN_MS = 3_000;
const SHORTEST = 6;
// Without Enter at the end only what nobody types that fast counts.
const SHORTEST_WITHOUT_ENTER = 20;
// Keys that stand for a letter which this keyboard layout has not got.
const LOST = new Set(["Unidentified", "Dead", "Process"]);

// Calls scanned(text) for every burst of fast keys. Typing by a person passes through untouched.
export function listenForScans(scanned) {
  let burst = "";
  let keys = 0;
  let startedAt = 0;
  let lastKeyAt = 0;
  let last = { text: "", at: -Infinity };
  let silence = 0;

  // Ends the burst; tells whether it was a scan.
  const finish = (shortest) => {
    clearTimeout(silence);
    const text = burst.normalize("NFC").trim();
    const fast = keys > 1 && (lastKeyAt - startedAt) / (keys - 1) < FAST_MS;
    burst = "";
    keys = 0;
    if (!fast || text.length < shortest) return false;
    const at = performance.now();
    const again = text === last.text && at - last.at < SAME_AGAIN_MS;
    last = { text, at };
    if (!again) scanned(text);
    return true;
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.timeStamp;
    if (at - lastKeyAt > SILENCE_MS) finish(SHORTEST_WITHOUT_ENTER);
    if (event.key === "Enter" || event.key === "Tab") {
      if (finish(SHORTEST)) {
        event.preventDefault();
        event.stopPropagation();
      }
      return;
    }
    if (event.key.length !== 1 && !LOST.has(event.key)) return;
    if (keys === 0) startedAt = at;
    burst += LOST.has(event.key) ? "\ufffd" : event.key;
    keys += 1;
    lastKeyAt = at;
    clearTimeout(silence);
    silence = setTimeout(() => finish(SHORTEST_WITHOUT_ENTER), SILENCE_MS);
  };
  addEventListener("keydown", onKey, true);
}

// What a scanned text is: {identity: {scheme, value}}; or {garbled, digits} where the scanner lost Vietnamese letters;
// or {wrong} for what no card says. Only the form is looked at; whether it is a good card is the server's to say.
export function identityOf(text) {
  if (!text.includes("|")) return numbered(text);
  const fields = text.split("|").map((field) => field.trim());
  const citizen = /^\d{12}$/.test(fields[0]);
  if (!citizen && !INSURANCE.test(fields[0])) return { wrong: true };
  // A citizen's card has 7 fields or more, the name in the third (the second on the cards without an old number).
  const name = citizen && fields.length >= 7 ? fields[2] : fields[1];
  if (text.includes("\ufffd") || name?.includes("?"))
    return { garbled: true, digits: fields[0].replace(/^\D.{4}/, "") };
  return { identity: { scheme: citizen ? "cccd-qr" : "bhyt", value: text } };
}

const INSURANCE = /^([A-Z]{2}[1-5]\d{12}|\d{10}|\d{12})$/i;

function numbered(text) {
  if (INSURANCE.test(text)) return { identity: { scheme: "bhyt", value: text.toUpperCase() } };
  // Eleven digits are an identity number of which one was lost. Anything else may be the hospital's own card.
  if (/^\d{11}$/.test(text) || !/^[0-9A-Z][0-9A-Z./-]{0,30}[0-9A-Z]$/i.test(text)) return { wrong: true };
  return { identity: { scheme: "mrn", value: text.toUpperCase() } };
}
