// What staff's screens call things by, how somebody is found, and what a ticket's place in its day is.
// Never: draw, or call the server.

import { facility } from "./page.js";
import { inLanguage } from "./words.js";

const nameIn = (all, id, language) => inLanguage(all?.find((one) => one.id === id)?.name, language) || id;

export const clinicName = (id, language) => nameIn(facility.clinics, id, language);
export const roomName = (id, language) => nameIn(facility.rooms, id, language);
export const serviceName = (id, language) => nameIn(facility.services, id, language);
export const priorityName = (id, language) => nameIn(facility.priorities, id, language);

// A slug that staff know under a name of their own, such as "lab-result"; a word that the catalogue lacks as it is.
export function wordFor(t, prefix, slug) {
  const key = `${prefix}.${slug}`;
  const found = t(key);
  return found === key ? slug : found;
}

// Without marks and case: "Đặng" -> "dang".
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase().trim();
}

// "a12" finds A012, "binh" finds Bình.
export function found(ticket, find) {
  const wanted = plain(find);
  const number = plain(ticket.number);
  return (
    number.includes(wanted) ||
    number.replace(/^(\D*)0+/, "$1").includes(wanted) ||
    plain(ticket.patient?.name ?? "").includes(wanted)
  );
}

// A practitioner is known to the engine by a slug: "BS. Hoàng Văn Mẫu" -> "bs-hoang-van-mau".
export function slug(text) {
  return plain(text)
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");
}

export const minutesSince = (instant, now) => Math.max(0, Math.floor((now - Date.parse(instant)) / 60_000));
