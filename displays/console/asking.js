// What has to be asked before a move can be sent: to where, in which class, which services, until when.
// Gives {ticket, path, body} for a move of a ticket, {path, body} for one of the room; null when it was left.
// Never: send anything; commands.js does.

import { choose } from "../shared/chooser.js";
import { facility } from "../shared/page.js";
import { clinicName, priorityName, roomName, serviceName, slug, wordFor } from "../shared/staff.js";
import { tick } from "../shared/ticks.js";
import { clockTime } from "../shared/words.js";

const BREAKS_MIN = [5, 10, 15, 30, 45, 60, 90, 120];
const OUTSIDE = ["lab-result", "image"];
const WHY = {
  transfer: ["doctor-asked", "wrong-clinic", "shorter-wait", "patient-asked"],
  prioritise: ["papers-seen", "got-worse", "doctor-asked", "mistake"],
};

export const ASKING = {
  async transfer(desk, detail) {
    const ticket = detail ?? desk.current;
    if (!ticket) return null;
    const { t, language, setup } = desk;
    const chosen = await choose(t, {
      title: t("console.transfer_title", { number: ticket.number }),
      options: [
        ...facility.clinics
          .filter((clinic) => clinic.id !== ticket.clinic)
          .map((one) => ({ value: { clinic: one.id }, label: clinicName(one.id, language), group: t("staff.clinics") })),
        ...facility.rooms
          .filter((room) => room.id !== setup.id)
          .map((one) => ({ value: { room: one.id }, label: roomName(one.id, language), group: t("console.rooms_all") })),
      ],
      made: (text) =>
        slug(text) && {
          value: { practitioner: slug(text) },
          label: slug(text),
          group: t("console.practitioner"),
        },
      reasons: WHY.transfer,
      confirm: t("console.transfer"),
    });
    return chosen && { ticket, path: "transfer", body: { ...chosen.value, reason: chosen.reason } };
  },

  async prioritise(desk, ticket) {
    if (!ticket) return null;
    const { t, language } = desk;
    const chosen = await choose(t, {
      title: t("console.prioritise_title", { number: ticket.number }),
      options: facility.priorities
        .filter((one) => one.id !== ticket.priority)
        .map((one) => ({ value: one.id, label: priorityName(one.id, language) })),
      reasons: WHY.prioritise,
    });
    return chosen && { ticket, path: "prioritise", body: { priority: chosen.value, reason: chosen.reason } };
  },

  // Services in the order of the list; those that only staff order come first, for they are what is ordered most.
  async orders(desk) {
    const ticket = desk.current;
    if (ticket?.state !== "serving") return null;
    const { t, language } = desk;
    const box = (one) => ({ value: `next:${one.id}`, label: serviceName(one.id, language) });
    const ticked = await tick(t, {
      title: t("console.orders_title", { number: ticket.number }),
      groups: [
        { name: t("console.tests"), options: facility.services.filter((one) => !one.kiosk).map(box) },
        {
          name: t("console.orders_how"),
          options: [
            { value: "any-order", label: t("console.any_order"), ticked: true },
            { value: "return", label: t("console.return"), ticked: true },
            ...OUTSIDE.map((what) => ({
              value: `outside:${what}`,
              label: t("console.wait_for", { what: wordFor(t, "outside", what) }),
            })),
          ],
        },
        { name: t("console.other_services"), options: facility.services.filter((one) => one.kiosk).map(box) },
      ],
      confirm: t("console.orders"),
    });
    return ticked && ordered(ticket, ticked);
  },

  async reinstate(desk, detail) {
    const missed = desk.aside.filter((one) => one.state === "no-show");
    const ticket = detail ?? (await one(desk, named(desk, "reinstate"), missed));
    return ticket && { ticket, path: "reinstate", body: {} };
  },

  // One key for both: the chosen ticket is held, and without one somebody who was held comes back.
  async hold(desk, detail) {
    if (detail) return { ticket: detail, path: detail.state === "on-hold" ? "resume" : "hold", body: {} };
    const held = desk.aside.filter((ticket) => ticket.state === "on-hold");
    const ticket = await one(desk, named(desk, "resume"), held);
    return ticket && { ticket, path: "resume", body: {} };
  },

  async release(desk, detail) {
    const { t } = desk;
    const waiting = [...desk.aside, ...(desk.journey ?? [])].filter((ticket) => ticket.waits_for.length > 0);
    const from = detail ? [detail] : [...new Map(waiting.map((ticket) => [ticket.id, ticket])).values()];
    const options = from.flatMap((ticket) =>
      ticket.waits_for.map((what) => ({
        value: { ticket, what },
        label: `${ticket.number} · ${wordFor(t, "outside", what)}`,
      })),
    );
    if (options.length === 0) return nobody(desk);
    const chosen = await choose(t, { title: t("console.release"), options, confirm: t("console.release") });
    return chosen && { ticket: chosen.value.ticket, path: "release", body: { what: chosen.value.what } };
  },

  async reopen_stop(desk) {
    const ticket = await one(desk, named(desk, "reopen_stop"), desk.ended);
    return ticket && { ticket, path: "reopen", body: {} };
  },

  async until(desk) {
    const { t } = desk;
    const now = desk.now();
    const chosen = await choose(t, {
      title: t("console.until_title"),
      options: BREAKS_MIN.map((minutes) => ({
        value: new Date(now + minutes * 60_000).toISOString(),
        label: t("console.until", { time: clockTime(now + minutes * 60_000, facility.time_zone) }),
        hint: t("console.minutes", { minutes }),
      })),
      confirm: t("console.pause"),
    });
    return chosen && { path: "pause", body: { until: chosen.value } };
  },

  // Which clinics the room serves today; it opens, or goes on, with those.
  async clinics(desk) {
    const { t, language, room, setup } = desk;
    const now = room.clinics.length ? room.clinics : setup.clinics;
    const box = (one) => ({ value: one.id, label: clinicName(one.id, language), ticked: now.includes(one.id) });
    const own = facility.clinics.filter((one) => setup.clinics.includes(one.id));
    const others = facility.clinics.filter((one) => !setup.clinics.includes(one.id));
    const ticked = await tick(t, {
      title: t("console.clinics_title"),
      groups: [
        { name: t("console.clinics_usual"), options: own.map(box) },
        { name: t("console.clinics_other"), options: others.map(box) },
      ],
      confirm: t("console.open"),
    });
    return ticked?.length ? { path: "open", body: { ...desk.worker, clinics: ticked } } : null;
  },
};

function ordered(ticket, ticked) {
  const of = (kind) => ticked.filter((one) => one.startsWith(`${kind}:`)).map((one) => one.slice(kind.length + 1));
  const returns = ticked.includes("return");
  const group = ticked.includes("any-order") ? { group: 1 } : {};
  const next = of("next").map((service) => ({ service, ...group }));
  const waits = returns ? { waits_for: of("outside") } : {};
  // Nothing to go for and nothing to wait for is no order.
  if (next.length + (waits.waits_for?.length ?? 0) === 0) return null;
  return { ticket, path: "complete", body: { next, return: returns, ...waits } };
}

const named = (desk, action) => desk.t(`console.${action}`);

function nobody(desk) {
  desk.say(desk.t("console.nobody_such"));
  return null;
}

// One of some tickets; null when there is none, or none was chosen.
async function one(desk, title, tickets) {
  const { t } = desk;
  if (tickets.length === 0) return nobody(desk);
  const options = tickets.map((ticket) => ({
    value: ticket,
    label: `${ticket.number} · ${ticket.patient?.name ?? t("console.unnamed")}`,
  }));
  return (await choose(t, { title, options, confirm: title }))?.value ?? null;
}
