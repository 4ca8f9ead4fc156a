// Card scanners that type like a keyboard: fast keys ended by Enter or by silence (DOMAIN 1.4).
// Never: read what a card says; the server does. Here is only seen what kind of text it is.

const FAST_MS = 60;
const SILENCE_MS = 300;
const SAME_AGAIN_MS = 3_000;
const SHORTEST = 6;

// Calls scanned(text) for every burst of fast keys. Typing by a person passes through untouched.
export function listenForScans(scanned) {
  let burst = "";
  let lastKeyAt = 0;
  let last = { text: "", at: -Infinity };
  let silence = 0;

  const finish = () => {
    clearTimeout(silence);
    const text = burst.normalize("NFC").trim();
    burst = "";
    if (text.length < SHORTEST) return false;
    const at = performance.now();
    const again = text === last.text && at - last.at < SAME_AGAIN_MS;
    last = { text, at };
    if (!again) scanned(text);
    return true;
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = event.timeStamp;
    if (event.key === "Enter" || event.key === "Tab") {
      const fast = at - lastKeyAt < SILENCE_MS;
      if (burst && fast && finish()) {
        event.preventDefault();
        event.stopPropagation();
      }
      burst = "";
      return;
    }
    if (event.key.length !== 1 && event.key !== "Unidentified") return;
    if (at - lastKeyAt > FAST_MS) burst = "";
    burst += event.key === "Unidentified" ? "\ufffd" : event.key;
    lastKeyAt = at;
    clearTimeout(silence);
    // A scanner set up without Enter: only what no person types that fast counts.
    silence = setTimeout(() => (burst.length >= 20 ? finish() : (burst = "")), SILENCE_MS);
  };
  addEventListener("keydown", onKey, true);
}

// What a scanned text is: {scheme, value}, or {garbled: true} where the scanner lost Vietnamese letters.
export function identityOf(text) {
  if (text.includes("|")) {
    const fields = text.split("|");
    const citizen = /^\d{12}$/.test(fields[0]);
    const name = citizen ? fields[2] ?? "" : fields[1] ?? "";
    if (text.includes("\ufffd") || name.includes("?")) return { garbled: true };
    return { scheme: /^\d+$/.test(fields[0]) ? "cccd-qr" : "bhyt", value: text };
  }
  if (/^([A-Za-z]{2}[1-5]\d{12}|\d{10}|\d{12})$/.test(text)) return { scheme: "bhyt", value: text.toUpperCase() };
  return { scheme: "mrn", value: text };
}
