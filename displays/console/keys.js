// The console by keyboard: one key an action, arrows through the queue, "/" to find somebody.
// Never: do what a key asks for; the desk does.

export const KEYS = {
  call_next: "N",
  recall: "R",
  start: "S",
  complete: "D",
  orders: "E",
  no_show: "X",
  requeue: "Q",
  transfer: "T",
  call_this: "C",
  prioritise: "U",
  hold: "H",
  cancel: "Delete",
  reinstate: "I",
  release: "L",
  reopen_stop: "W",
  open: "O",
  clinics: "V",
  pause: "P",
  until: "B",
  close: "K",
};
const ACTIONS = Object.fromEntries(Object.entries(KEYS).map(([action, key]) => [key.toLowerCase(), action]));
const OF_THE_CHOSEN = new Set(["transfer", "call_this", "prioritise", "hold", "cancel"]);

// find: the field that the queue is searched with; help: the dialog that lists the keys.
export function listenForKeys(desk, find, help) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.repeat) {
      // A key that is held down must not press a button again and again.
      if (event.key === "Enter") event.preventDefault();
      return;
    }
    if (document.querySelector("dialog[open]:not(.help)")) return;
    if (event.target === find) onFindKey(event);
    else if (event.target instanceof HTMLInputElement) onPractitionerKey(event);
    else if (event.key === "?") help.open ? help.close() : help.showModal();
    else if (!help.open) onDeskKey(event);
  });

  function onPractitionerKey(event) {
    if (event.key !== "Enter") return;
    event.target.blur();
    desk.press("open");
  }

  function onFindKey(event) {
    if (event.key === "Escape") desk.forgetChoice();
    else if (event.key === "Enter") desk.choose(desk.order[0]?.id ?? null);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") chooseNext(event.key);
    else return;
    event.preventDefault();
    find.blur();
  }

  function onDeskKey(event) {
    const action = ACTIONS[event.key.toLowerCase()];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") chooseNext(event.key);
    else if (event.key === "Escape") desk.forgetChoice();
    else if (event.key === "/") find.focus();
    else if (event.key.toLowerCase() === "z") desk.undo();
    else if (action) desk.press(action, OF_THE_CHOSEN.has(action) ? (desk.picture.tickets.get(desk.chosen) ?? null) : null);
    else return;
    event.preventDefault();
  }

  function chooseNext(key) {
    const last = desk.order.length - 1;
    const at = desk.order.findIndex((ticket) => ticket.id === desk.chosen);
    const to = key === "ArrowDown" ? at + 1 : at < 0 ? last : at - 1;
    desk.choose(desk.order[Math.min(Math.max(to, 0), last)]?.id ?? null);
  }
}
