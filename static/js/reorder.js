/*
 * A list whose rows are put in order: by their buttons, by dragging a handle, and by the arrow keys while a handle is
 * held. A row is moved by moving its neighbours past it, so that its focus and its pointer stay with it.
 */
import { word } from "./words.js";

const EDGE_PX = 90, FASTEST_PX = 14, SLIDE_MS = 150;
const still = matchMedia("(prefers-reduced-motion: reduce)");

const topOf = (element) => element?.getBoundingClientRect().top;

function slide(row, from) {
  const way = from - topOf(row);
  if (way && !still.matches) row.animate([{ transform: `translateY(${way}px)` }, { transform: "none" }], SLIDE_MS);
}

/* What can be done to the order of a list's rows. */
function orderOf(list, { nameOf, changed, say }) {
  const rows = () => [...list.querySelectorAll(":scope > li")];
  const place = (row) => rows().indexOf(row);
  const where = (row) => ({ name: nameOf(row), place: place(row) + 1, count: rows().length });

  // The first row goes no further up, the last none down; `touched` may have been one of them.
  function edges(touched) {
    for (const button of touched.flatMap((row) => [...row.querySelectorAll("[value^=up], [value^=down]")])) {
      button.removeAttribute("aria-disabled");
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

  // One place up or down; a row that is dragged is where the pointer is and does not slide.
  function step(row, by, dragged) {
    const tops = [row.previousElementSibling, row, row.nextElementSibling].map(topOf);
    const neighbour = pass(row, by);
    if (!neighbour) return false;
    slide(neighbour, tops[by < 0 ? 0 : 2]);
    if (!dragged) slide(row, tops[1]);
    return true;
  }

  function putBack(row, index) {
    const by = Math.sign(index - place(row));
    for (let away = Math.abs(index - place(row)); away > 0; away--) pass(row, by);
  }

  // A move that began at `from` is over.
  function ended(row, from, restored) {
    if (restored) putBack(row, from);
    say(restored ? word("blueprint.restored", where(row)) : word("blueprint.moved", where(row)));
    if (place(row) !== from) changed();
  }

  return { rows, place, where, edges, step, ended, say };
}

function byButtons(list, { place, step, ended }) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[value^=up], [value^=down]"), row = button?.closest("li");
    if (!button) return;
    event.preventDefault();
    const from = place(row);
    step(row, button.value.startsWith("up") ? -1 : 1);
    ended(row, from, false);
  });
}

/* A handle pressed by a key is held until it is pressed again, left, or Escape puts its row back. */
function byKeys(list, { place, where, step, ended, say }) {
  let held = null;

  function mark(row, value) {
    row.classList.toggle("held", value);
    row.querySelector(".handle").setAttribute("aria-pressed", value);
  }
  function hold(row) {
    held = { row, from: place(row) };
    mark(row, true);
    say(word("blueprint.held", where(row)));
  }
  function letGo(restored) {
    const { row, from } = held;
    held = null;
    mark(row, false);
    ended(row, from, restored);
  }

  list.addEventListener("click", (event) => {
    const handle = event.target.closest(".handle");
    if (!handle || event.detail !== 0) return; // by a pointer: dragged
    if (held) letGo(false); else hold(handle.closest("li"));
  });
  list.addEventListener("focusout", () => { if (held) letGo(false); });
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!held || !by && event.key !== "Escape") return;
    event.preventDefault();
    if (!by) return letGo(true);
    step(held.row, by);
    held.row.scrollIntoView({ block: "nearest" });
    say(word("blueprint.moved", where(held.row)));
  });
}

/* The row follows the pointer, and passes a neighbour when it covers half of it; near an edge the page scrolls. */
function byPointer(list, { place, step, ended }) {
  let drag = null;

  function follow() {
    const { row, grip, y } = drag;
    for (;;) {
      const way = y - grip - topOf(row) + drag.shift;
      const neighbour = way < 0 ? row.previousElementSibling : row.nextElementSibling;
      drag.shift = way;
      row.style.transform = `translateY(${way}px)`;
      if (!neighbour?.matches("li") || Math.abs(way) <= neighbour.offsetHeight / 2 || !step(row, way, true)) return;
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
    const { row, from } = drag, top = topOf(row);
    drag = null;
    row.classList.remove("dragged");
    row.style.transform = "";
    ended(row, from, restored);
    slide(row, top);
  }

  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".handle"), row = handle?.closest("li");
    if (!handle || event.button !== 0 || drag) return;
    handle.setPointerCapture(event.pointerId);
    drag = { row, from: place(row), grip: event.clientY - topOf(row), y: event.clientY, shift: 0 };
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
  list.addEventListener("keydown", (event) => { if (drag && event.key === "Escape") drop(true); });
}

/*
 * Make `list` such a list. `nameOf(row)` names a row, `changed()` hears that the order is another one, `say(text)`
 * tells screen readers. Returns a function to be called when a row has come or gone.
 */
export function reorder(list, tools) {
  const order = orderOf(list, tools);
  for (const make of [byButtons, byKeys, byPointer]) make(list, order);
  order.edges(order.rows());
  return () => order.edges(order.rows());
}
