/* Searching in a log: what is found is marked without touching its lines, counted, and gone through. */
import { word } from "./words.js";

const MOST_MARKS = 2000, LINES_LATER_MS = 200;
const marks = (name, ranges) => {
  if (ranges.length > 0) CSS.highlights?.set(name, new Highlight(...ranges));
  else CSS.highlights?.delete(name);
};

/* The places of a pattern in a line, as ranges over its text nodes. */
function rangesIn(line, pattern) {
  const found = [...line.textContent.matchAll(pattern)].filter((match) => match[0]);
  if (found.length === 0) return [];
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode(), start = 0;
  const seek = (offset) => {
    while (offset > start + node.length) {
      start += node.length;
      node = walker.nextNode();
    }
    return [node, offset - start];
  };
  return found.map((match) => {
    const range = document.createRange();
    range.setStart(...seek(match.index));
    range.setEnd(...seek(match.index + match[0].length));
    return range;
  });
}

const lineOf = (range) => range.startContainer.parentElement.closest(".line");

/* Search in `log` with the fields {input, count, previous, next}; `going` is called before a place is scrolled to.
 * Returns a function to call when the lines have changed. */
export function logSearch(log, fields, going) {
  let found = [], here = -1, due = 0;

  function tell() {
    const searching = fields.input.value !== "";
    fields.previous.hidden = fields.next.hidden = !searching || found.length === 0;
    fields.count.textContent = !searching ? "" : found.length === 0 ? word("log.found_none")
      : here < 0 ? word("log.found", { count: found.length }) : word("log.found_at", { n: here + 1, of: found.length });
  }

  function collect() {
    clearTimeout(due);
    due = 0;
    const text = fields.input.value, current = found[here];
    const pattern = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
    found = text === "" ? [] : [...log.querySelectorAll(".line")].flatMap((line) => rangesIn(line, pattern));
    here = current?.startContainer.isConnected ? found.findIndex((range) => {
      return range.startContainer === current.startContainer && range.startOffset === current.startOffset;
    }) : -1;
    marks("found", found.slice(-MOST_MARKS));
    marks("found-here", here < 0 ? [] : [found[here]]);
    tell();
  }

  /* The first one to go to: the next below the line at the top of the view. */
  function firstBelow() {
    const box = log.getBoundingClientRect();
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + 12)?.closest(".line");
    const below = top ? found.findIndex((range) => {
      return top === lineOf(range) || top.compareDocumentPosition(lineOf(range)) & Node.DOCUMENT_POSITION_FOLLOWING;
    }) : 0;
    return Math.max(below, 0);
  }

  function go(step) {
    if (due) collect();
    if (found.length === 0) return;
    here = here < 0 ? firstBelow() : (here + step + found.length) % found.length;
    going();
    lineOf(found[here]).scrollIntoView({ block: "nearest" });
    marks("found-here", [found[here]]);
    tell();
  }

  function leave() {
    fields.input.value = "";
    here = -1;
    collect();
    log.focus();
  }

  fields.input.addEventListener("input", () => { here = -1; collect(); });
  fields.input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
  });
  fields.previous.addEventListener("click", () => go(-1));
  fields.next.addEventListener("click", () => go(1));

  return () => { if (fields.input.value !== "") due ||= setTimeout(collect, LINES_LATER_MS); };
}
