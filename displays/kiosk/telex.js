// Telex: how Vietnamese letters are typed on plain keys (aa = â, w = ơ ư ă, dd = đ, s f r x j = tones, z = none).
// Pure: the text and one key in, the new text out.
// Never: touch the page.

const TONES = { s: "\u0301", f: "\u0300", r: "\u0309", x: "\u0303", j: "\u0323" };
const TONE_MARKS = /[\u0300\u0301\u0303\u0309\u0323]/g;
const VOWEL = /[aăâeêioôơuưy]/;
const SHAPES = { aa: "â", ee: "ê", oo: "ô", aw: "ă", ow: "ơ", uw: "ư", dd: "đ" };
const PLAIN = { â: "a", ê: "e", ô: "o", ă: "a", ơ: "o", ư: "u", đ: "d" };

// A letter without its tone, and that tone; shapes (â, ơ, …) are letters of their own.
function untoned(letter) {
  const parts = letter.normalize("NFD");
  const tone = (parts.match(TONE_MARKS) ?? [""])[0];
  return [parts.replace(TONE_MARKS, "").normalize("NFC"), tone];
}

function toned(letter, tone) {
  return (letter + tone).normalize("NFC");
}

function sameCase(letter, model) {
  return model === model.toLowerCase() ? letter : letter.toUpperCase();
}

// The place of the vowel that carries the tone: the shaped one (the last of ươ), else the last but one of an open
// group of two or three (hòa, mía), the last where a consonant follows (hoàn). "qu" and "gi" begin, they do not count.
function toneplace(bare) {
  const start = /^(qu|gi(?=[aăâeêoôơuưy]))/.exec(bare)?.[0].length ?? 0;
  let from = start;
  while (from < bare.length && !VOWEL.test(bare[from])) from += 1;
  let upto = from;
  while (upto < bare.length && VOWEL.test(bare[upto])) upto += 1;
  if (from === upto) return -1;
  for (let i = upto - 1; i >= from; i -= 1) if (/[ăâêôơư]/.test(bare[i])) return i;
  if (upto - from === 1) return from;
  return upto < bare.length ? upto - 1 : upto - from === 3 ? from + 1 : from;
}

function withTone(word, tone) {
  const letters = Array.from(word.normalize("NFC"), (letter) => untoned(letter)[0]);
  const place = toneplace(letters.join("").toLowerCase());
  if (place < 0) return null;
  letters[place] = toned(letters[place], tone);
  return letters.join("");
}

function withShape(word, key) {
  const letters = Array.from(word);
  const bare = letters.map((letter) => untoned(letter)[0].toLowerCase());
  // "uow" makes both letters of ươ at once.
  const at = bare.join("").search(/(?<!q)uo/);
  if (key === "w" && at >= 0) {
    for (const [place, shape] of [
      [at, "ư"],
      [at + 1, "ơ"],
    ]) {
      letters[place] = toned(sameCase(shape, letters[place]), untoned(letters[place])[1]);
    }
    return letters.join("");
  }
  for (let i = letters.length - 1; i >= 0; i -= 1) {
    const shape = SHAPES[bare[i] + key];
    if (shape) {
      letters[i] = toned(sameCase(shape, letters[i]), untoned(letters[i])[1]);
      return letters.join("");
    }
    // The same key once more takes the shape off again and is typed itself: "aaa" is "aa".
    if (PLAIN[bare[i]] && SHAPES[PLAIN[bare[i]] + key] === bare[i]) {
      letters[i] = toned(sameCase(PLAIN[bare[i]], letters[i]), untoned(letters[i])[1]);
      return letters.join("") + key;
    }
  }
  return null;
}

// The text after one key. Keys that change nothing in the last word are typed as they are.
export function telex(text, key) {
  const lower = key.toLowerCase();
  const start = text.lastIndexOf(" ") + 1;
  const [before, word] = [text.slice(0, start), text.slice(start).normalize("NFC")];
  let changed = null;
  if (word !== "") {
    const has =
      Array.from(word)
        .map((letter) => untoned(letter)[1])
        .find(Boolean) ?? "";
    if (lower in TONES && TONES[lower] !== has) changed = withTone(word, TONES[lower]);
    // The same tone once more takes it off again: "ass" is "as".
    else if (lower in TONES) changed = withTone(word, "") + key;
    else if (lower === "z" && has) changed = withTone(word, "");
    else if ("aeowd".includes(lower)) changed = withShape(word, lower);
    if (changed === null) {
      // A letter may move the tone on: "hòa" + n is "hoàn".
      changed = has && !(lower in TONES) ? withTone(word + key, has) : word + key;
    } else if (has && !(lower in TONES) && lower !== "z") {
      changed = withTone(changed, has);
    }
    return before + changed;
  }
  return text + key;
}
