// Words in the reader's language, and how times and waits are written. Pure: a catalogue in, texts out.
// Never: a sentence of its own; those are in displays/words/<language>.json.

// translator(catalogues, "en")("board.room", {room: "3"}): the text with {room} filled in. A key without a
// text shows itself, so that it is seen at once.
export function translator(catalogues, language) {
  const catalogue = catalogues[language] ?? Object.values(catalogues)[0] ?? {};
  return (key, values = {}) =>
    (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// A facility's text {"vi": …, "en": …} in one language, else in its first.
export function inLanguage(text, language) {
  if (text === null || text === undefined) return "";
  if (typeof text === "string") return text;
  return text[language] ?? Object.values(text)[0] ?? "";
}

// An expected wait as a range of minutes, in steps that promise no more than is known.
export function waitRange(wait, t) {
  if (!wait) return "";
  const step = wait.p90_s > 3600 ? 10 : 5;
  const from = Math.floor(wait.p50_s / 60 / step) * step;
  const upto = Math.max(step, Math.ceil(wait.p90_s / 60 / step) * step);
  if (from === 0) return t("wait.under", { upto });
  return t("wait.range", { from, upto: upto > from ? upto : from + step });
}

const formats = new Map();

function format(language, options) {
  const name = language + JSON.stringify(options);
  if (!formats.has(name)) formats.set(name, new Intl.DateTimeFormat(language, options));
  return formats.get(name);
}

// A day and month are never swapped here: English as the British write it.
const REGION = { en: "en-GB" };

export function clockTime(at, timeZone) {
  return format("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

export function longDate(at, timeZone, language) {
  return format(REGION[language] ?? language, {
    timeZone,
    weekday: "long",
    day: "2-digit",
    month: "2-digit",
    year: "numeric",
  }).format(at);
}

// Seconds as 4:05 or 1:04:05.
export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const rest = `${hours ? two(Math.floor(s / 60) % 60) : Math.floor(s / 60)}:${two(s % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
