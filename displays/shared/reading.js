// How numbers are said aloud. Vietnamese as spoken in the north ("linh"): 15 mười lăm, 21 hai mươi mốt,
// 24 hai mươi tư, 105 một trăm linh năm, 1001 một nghìn không trăm linh một. Pure.
// Never: play anything; speech.js does.

const DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
const SCALES = ["", "nghìn", "triệu", "tỷ"];

// Below a hundred; `after` tells that something was said before (105: "linh năm").
function tens(n, after) {
  const [ten, one] = [Math.floor(n / 10), n % 10];
  if (ten === 0) return after ? `linh ${DIGITS[one]}` : DIGITS[one];
  const head = ten === 1 ? "mười" : `${DIGITS[ten]} mươi`;
  if (one === 0) return head;
  if (one === 5) return `${head} lăm`;
  if (ten > 1 && one === 1) return `${head} mốt`;
  if (ten > 1 && one === 4) return `${head} tư`;
  return `${head} ${DIGITS[one]}`;
}

function threeDigits(n, after) {
  const [hundred, rest] = [Math.floor(n / 100), n % 100];
  if (hundred === 0 && !after) return tens(rest, false);
  const head = `${DIGITS[hundred]} trăm`;
  return rest === 0 ? head : `${head} ${tens(rest, true)}`;
}

// A whole number from 0 to 999,999,999,999 in Vietnamese.
export function vietnameseNumber(n) {
  if (n === 0) return DIGITS[0];
  const groups = [];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(rest % 1000);
  const said = [];
  groups.forEach((group, place) => {
    const scale = SCALES[groups.length - 1 - place];
    if (group > 0) said.push(threeDigits(group, said.length > 0), scale);
  });
  return said.filter(Boolean).join(" ");
}

// Digits as they are read on a ticket: every leading zero is said ("012": không mười hai).
export function readDigits(digits, language) {
  if (language !== "vi") return Array.from(digits).join(" ");
  const significant = digits.replace(/^0+/, "");
  const zeros = Array(digits.length - significant.length).fill(DIGITS[0]);
  return [...zeros, ...(significant ? [vietnameseNumber(Number(significant))] : [])].join(" ");
}

// A ticket's number: "A012" -> "A không mười hai"; in other languages digit by digit.
export function readTicketNumber(number, language) {
  const [, series, digits] = /^(\D*)(\d*)$/.exec(number) ?? [null, number, ""];
  return [series, digits && readDigits(digits, language)].filter(Boolean).join(" ");
}

// A room's name with its digits as words where the language needs it: "Phòng 101" -> "Phòng một trăm linh một".
export function readName(name, language) {
  if (language !== "vi") return name;
  return name.replace(/\d+/g, (digits) => readDigits(digits, language));
}
