/*
 * A list whose rows are put in order: by their buttons, by dragging a handle, and by the arrow keys while a handle is
 * held. A row is moved by moving its neighbours past it, so that its focus and its pointer stay with it.
 */
import { word } from "./words.js";

const EDGE_PX = 90, FASTEST_PX = 14, SLIDE_MS = 150;
const still = matchMedia("(prefers-reduced-motion: reduce)");

function slide(row, from) {
  const way = from - row.getBoundingClientRect().top;
  if (way && !still.matches) row.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], SLIDE_MS);
}

/*
 * Make `list` such a list. `nameOf(row)` names a row, `changed()` hears that the order is another one, `say(text)` tells
 * screen readers. Returns a function that a row that came or went calls for.
 */
export function reorder(list, { nameOf, changed, say }) {
  const rows = () => [...list.querySelectorAll(":scope > li")];
  const place = (row) => rows().indexOf(row);
  const where = (row) => ({ name: nameOf(row), place: place(row) + 1, count: rows().length });
  let held = null, drag = null;

  // The first row goes no further up, the last none down; `touched` may have been one of them.
  function edges(touched) {
    for (const row of touched) {
      for (const button of row.querySelectorAll("[value^=up], [value^=down]")) button.removeAttribute("aria-disabled");
    }
    const all = rows();
    all[0]?.querySelector("[value^=up]").setAttribute("aria-disabled", "true");
    all.at(-1)?.querySelector("[value^=down]").setAttribute("aria-disabled", "true");
  }

  // The neighbour that was passed, if there was one.
  function pass(row, by) {
    const neighbour = by < 0 ? row.previousElementSibling : row.nextElementSibling;
    if (!neighbour?.matches("li")) return null;
    if (by < 0) row.after(neighbour); else row.before(neighbour);
    edges([row, neighbour]);
    return neighbour;
  }

  function step(row, by) {
    const top = (one) => one?.getBoundingClientRect().top;
    const tops = [row.previousElementSibling, row, row.nextElementSibling].map(top);
    const neighbour = pass(row, by);
    if (!neighbour) return false;
    slide(neighbour, tops[by < 0 ? 0 : 2]);
    if (!drag) slide(row, tops[1]);
    return true;
  }

  function putAt(row, index) {
    const by = Math.sign(index - place(row));
    for (let away = Math.abs(index - place(row)); away > 0; away--) pass(row, by);
  }

  function ended(row, from, restored) {
    if (restored) putAt(row, from);
    say(restored ? word("blueprint.restored", where(row)) : word("blueprint.moved", where(row)));
    if (!restored && place(row) !== from) changed();
  }

  // By keys: the handle is held, or not.
  function hold(row) {
    held = { row, from: place(row) };
    row.classList.add("held");
    row.querySelector(".handle").setAttribute("aria-pressed", "true");
    say(word("blueprint.held", where(row)));
  }

  function letGo(restored) {
    const { row, from } = held;
    held = null;
    row.classList.remove("held");
    row.querySelector(".handle").setAttribute("aria-pressed", "false");
    ended(row, from, restored);
  }

  function steer(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Escape") letGo(true);
    else if (!by) return;
    else if (step(held.row, by)) {
      held.row.scrollIntoView({ block: "nearest" });
      say(word("blueprint.moved", where(held.row)));
    }
    event.preventDefault();
  }

  list.addEventListener("keydown", (event) => {
    if (held) steer(event);
    else if (drag && event.key === "Escape") drop(true);
  });
  list.addEventListener("focusout", () => { if (held) letGo(false); });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button"), row = button?.closest("li");
    if (button?.matches(".handle") && event.detail === 0) {
      if (held) letGo(false); else hold(row);
    } else if (button?.matches("[value^=up], [value^=down]")) {
      event.preventDefault();
      const moved = step(row, button.value.startsWith("up") ? -1 : 1);
      say(word("blueprint.moved", where(row)));
      if (moved) changed();
    }
  });

  // By the pointer: the row follows it, and passes a neighbour when it covers half of it.
  function follow() {
    const { row, grip, y } = drag;
    for (;;) {
      const way = y - grip - row.getBoundingClientRect().top + drag.shift;
      const neighbour = way < 0 ? row.previousElementSibling : row.nextElementSibling;
      drag.shift = way;
      row.style.transform = `translateY(${way}px)`;
      if (!neighbour?.matches("li") || Math.abs(way) <= neighbour.offsetHeight / 2 || !step(row, way)) return;
    }
  }

  function scroll() {
    if (!drag) return;
    const above = EDGE_PX - drag.y, below = drag.y - (innerHeight - EDGE_PX);
    const by = Math.max(above, below, 0) / EDGE_PX * FASTEST_PX * (above > 0 ? -1 : 1);
    if (by) {
      scrollBy(0, by);
      follow();
    }
    requestAnimationFrame(scroll);
  }

  function drop(restored) {
    const { row, from } = drag, top = row.getBoundingClientRect().top;
    drag = null;
    row.classList.remove("dragged");
    row.style.transform = "";
    slide(row, top);
    ended(row, from, restored);
  }

  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.button !== 0 || drag) return;
    const row = handle.closest("li");
    handle.setPointerCapture(event.pointerId);
    drag = { row, from: place(row), grip: event.clientY - row.getBoundingClientRect().top, y: event.clientY, shift: 0 };
    row.classList.add("dragged");
    requestAnimationFrame(scroll);
  });
  list.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.y = event.clientY;
    follow();
  });
  list.addEventListener("pointerup", () => { if (drag) drop(false); });
  list.addEventListener("pointercancel", () => { if (drag) drop(true); });

  edges(rows());
  return () => edges(rows());
}
