// What a press, a drop or a key at the desk sends: one move of one ticket, with its revision and a reason.
// Never: draw, or decide what may follow; the engine does, and its refusals are said as sentences.

import { Problem, freshKey } from "../shared/api.js";
import { choose } from "../shared/chooser.js";
import { revisionOf } from "../shared/ended.js";
import { facility } from "../shared/page.js";
import { clinicName, priorityName, roomName, wordFor } from "../shared/staff.js";

const SURE_MS = 4_000;
const PLAIN = new Set(["hold", "resume", "reinstate", "reopen", "cancel"]);
const WHY = {
  move: ["shorter-wait", "wrong-clinic", "room-closed", "patient-asked", "doctor-asked"],
  prioritise: ["papers-seen", "got-worse", "doctor-asked", "mistake"],
  merge: ["same-patient"],
};

export class Commands {
  #desk;
  #api;
  #offer;
  #sureTimer = 0;

  constructor(desk, api, offer) {
    this.#desk = desk;
    this.#api = api;
    this.#offer = offer;
  }

  async press(action, ticket) {
    const desk = this.#desk;
    if (desk.busy || !ticket) return;
    if (action === "cancel" && desk.sure !== action) {
      this.#askSure(action);
      return;
    }
    desk.sure = null;
    if (PLAIN.has(action)) await this.#send(action, ticket, {});
    else if (action === "move") await this.move(ticket, this.#targets(ticket));
    else if (action === "prioritise") await this.#prioritise(ticket);
    else if (action === "release") await this.#release(ticket);
    else if (action === "merge") await this.#merge(ticket);
  }

  // targets: options whose value is the body of a transfer.
  async move(ticket, targets) {
    const { t } = this.#desk;
    const chosen = await this.#ask({
      title: t("desk.move_title", { number: ticket.number }),
      options: targets,
      reasons: WHY.move,
      confirm: t("desk.act.move"),
    });
    if (chosen) await this.#send("transfer", ticket, { ...chosen.value, reason: chosen.reason });
  }

  target(kind, id) {
    const { language } = this.#desk;
    const label = kind === "room" ? roomName(id, language) : clinicName(id, language);
    return { value: { [kind]: id }, label };
  }

  #targets(ticket) {
    const { t, floor, picture } = this.#desk;
    // First the clinics that give what the ticket is for, the emptiest before the others.
    const gives = (clinic) => facility.clinics.find((one) => one.id === clinic.id).services.includes(ticket.service);
    const clinics = floor.clinics
      .filter((clinic) => clinic.id !== ticket.clinic)
      .sort((a, b) => Number(gives(b)) - Number(gives(a)) || (gives(a) ? a.waiting - b.waiting : a.place - b.place))
      .map((clinic) => ({
        ...this.target("clinic", clinic.id),
        group: t("staff.clinics"),
        hint: t("desk.waiting_count", { count: clinic.waiting }),
      }));
    const rooms = [...picture.rooms.values()]
      .filter((room) => room.state !== "closed" && !room.tickets.includes(ticket.id))
      .map((room) => ({ ...this.target("room", room.id), group: t("desk.rooms"), hint: room.practitioner ?? "" }));
    const doctors = [...new Set([...picture.rooms.values()].map((room) => room.practitioner).filter(Boolean))]
      .sort()
      .map((who) => ({ value: { practitioner: who }, label: who, group: t("desk.doctors") }));
    return [...clinics, ...rooms, ...doctors];
  }

  async #prioritise(ticket) {
    const { t, language } = this.#desk;
    const chosen = await this.#ask({
      title: t("desk.prioritise_title", { number: ticket.number }),
      options: facility.priorities
        .filter((one) => one.id !== ticket.priority)
        .map((one) => ({ value: one.id, label: priorityName(one.id, language) })),
      reasons: WHY.prioritise,
    });
    if (chosen) await this.#send("prioritise", ticket, { priority: chosen.value, reason: chosen.reason });
  }

  async #release(ticket) {
    const { t } = this.#desk;
    const chosen = await this.#ask({
      title: t("desk.release_title", { number: ticket.number }),
      options: ticket.waits_for.map((what) => ({ value: what, label: wordFor(t, "outside", what) })),
      confirm: t("desk.act.release"),
    });
    if (chosen) await this.#send("release", ticket, { what: chosen.value });
  }

  // The chosen visit goes on; the other one's stops come to it.
  async #merge(ticket) {
    const { t, language, floor } = this.#desk;
    const chosen = await this.#ask({
      title: t("desk.merge_title", { number: ticket.number }),
      options: [...floor.visits.values()]
        .map((one) => one.current)
        .filter((one) => one.visit !== ticket.visit)
        .map((one) => ({
          value: one.visit,
          label: `${one.number} · ${one.patient?.name ?? t("desk.unnamed")}`,
          hint: one.clinic ? clinicName(one.clinic, language) : "",
        })),
      reasons: WHY.merge,
      confirm: t("desk.act.merge"),
    });
    if (!chosen) return;
    const body = { other: chosen.value, reason: chosen.reason };
    await this.#during(async () => {
      await this.#api.post(`/visits/${ticket.visit}/merge`, body, { key: freshKey() });
      this.#offer.say(t("desk.done", { action: t("desk.act.merge"), number: ticket.number }));
    });
  }

  // While a dialog is open nothing may move behind it.
  async #ask(question) {
    const desk = this.#desk;
    desk.still += 1;
    try {
      return await choose(desk.t, question);
    } finally {
      desk.still -= 1;
      desk.draw();
    }
  }

  async #send(action, ticket, body) {
    const { t } = this.#desk;
    await this.#during(async () => {
      const how = { key: freshKey(), revision: await revisionOf(this.#api, ticket) };
      const answer = await this.#api.post(`/tickets/${ticket.id}/${action}`, body, how);
      const name = t(`desk.act.${action === "transfer" ? "move" : action}`);
      this.#offer.offer(t("desk.done", { action: name, number: ticket.number }), answer.body);
    });
  }

  async #during(act) {
    const desk = this.#desk;
    desk.busy = true;
    desk.draw();
    try {
      await act();
    } catch (error) {
      this.#offer.say(error instanceof Problem ? error.sentence(desk.t) : desk.t("problem.other"), true);
    } finally {
      desk.busy = false;
      desk.draw();
    }
  }

  #askSure(action) {
    const desk = this.#desk;
    desk.sure = action;
    clearTimeout(this.#sureTimer);
    this.#sureTimer = setTimeout(() => {
      desk.sure = null;
      desk.draw();
    }, SURE_MS);
    desk.draw();
  }
}
