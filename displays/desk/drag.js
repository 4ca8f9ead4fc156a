// A ticket is taken by its row and dropped on a clinic or a room. Pointer events, so that the row stays a button.
// Never: move a ticket; the desk asks why, and does.

import { el } from "../shared/dom.js";

const STARTS_AT_PX = 8;
const EDGE_PX = 60;
const SCROLL_PX = 14;

// drop(ticket id, "clinic" | "room", id). desk.still counts what wants the screen to stand still.
export function listenForDrags(desk, root, drop) {
  let taken = null;
  let ghost = null;
  let over = null;
  let scrolling = 0;

  root.addEventListener("pointerdown", (event) => {
    const row = event.target.closest("[data-ticket]");
    // A finger scrolls; it has the button "move" instead.
    if (!row || event.button !== 0 || event.pointerType === "touch") return;
    taken = { id: row.dataset.ticket, x: event.clientX, y: event.clientY, label: row.querySelector(".number").textContent };
  });

  addEventListener("pointermove", (event) => {
    if (!taken) return;
    if (!ghost) {
      if (Math.hypot(event.clientX - taken.x, event.clientY - taken.y) < STARTS_AT_PX) return;
      ghost = el("div", { class: "ghost number", "aria-hidden": "true" }, taken.label);
      root.append(ghost);
      root.classList.add("dragging");
      desk.still += 1;
    }
    ghost.style.transform = `translate(${event.clientX + 12}px, ${event.clientY + 8}px)`;
    const target = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-room], [data-clinic]") ?? null;
    if (target !== over) {
      over?.classList.remove("over");
      target?.classList.add("over");
      over = target;
    }
    const before = scrolling;
    scrolling = event.clientY < EDGE_PX ? -SCROLL_PX : event.clientY > innerHeight - EDGE_PX ? SCROLL_PX : 0;
    if (scrolling && !before) requestAnimationFrame(scroll);
  });

  function scroll() {
    if (!ghost || !scrolling) return;
    scrollBy(0, scrolling);
    requestAnimationFrame(scroll);
  }

  function end(event) {
    const was = { taken, ghost, over };
    taken = ghost = over = null;
    scrolling = 0;
    if (!was.ghost) return;
    was.ghost.remove();
    was.over?.classList.remove("over");
    root.classList.remove("dragging");
    desk.still -= 1;
    // The click that follows a drag is none.
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
    if (event.type !== "pointerup" || !was.over) return desk.draw();
    const { room, clinic } = was.over.dataset;
    drop(was.taken.id, room ? "room" : "clinic", room ?? clinic);
  }

  const swallow = (event) => event.stopPropagation();
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && ghost) end(event);
  });
}
