// The desk by keyboard: arrows through people and clinics, one key a move, "/" to find somebody.
// Never: do what a key asks for; the desk does.

import { actionsFor, KEYS } from "./people.js";

const LISTS = { 1: "past", 2: "near", 3: "missed", 4: "held", 5: "outside", 6: "ended" };

export function listenForKeys(desk, find, help) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat && event.key === "Enter") return event.preventDefault();
    if (document.querySelector("dialog.chooser[open]")) return;
    if (event.target === find) onFindKey(event);
    else if (event.key === "?") help.open ? help.close() : help.showModal();
    else if (!help.open && !event.repeat) onKey(event);
    else if (!help.open && event.key.startsWith("Arrow")) onKey(event);
  });

  function onFindKey(event) {
    if (event.key === "Escape") desk.forget();
    else if (event.key === "Enter") desk.choose(desk.order[0]?.id ?? null);
    else if (event.key === "ArrowDown") desk.chooseNext(1);
    else return;
    event.preventDefault();
    find.blur();
  }

  function onKey(event) {
    const { key } = event;
    if (key === "ArrowDown") desk.chooseNext(1);
    else if (key === "ArrowUp") desk.chooseNext(-1);
    else if (key === "ArrowRight") desk.showNext(1);
    else if (key === "ArrowLeft") desk.showNext(-1);
    else if (key === "Escape") desk.forget();
    else if (key === "/") find.focus();
    else if (key.toLowerCase() === "z") desk.undo();
    else if (key in LISTS) desk.showList(LISTS[key]);
    else if (!move(key.toUpperCase())) return;
    event.preventDefault();
  }

  function move(key) {
    const ticket = desk.ticket;
    const action = ticket && actionsFor(ticket).find((one) => KEYS[one] === key);
    if (action) desk.press(action, ticket);
    return Boolean(action);
  }
}
