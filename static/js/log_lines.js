/* The lines of a log in the page: in blocks that cost nothing while they are out of sight, and no more than so many. */
import { look, parse } from "./ansi.js";

export const MOST_LINES = 5000;
const BLOCK_LINES = 100;

const hex = (colour) => `#${colour.toString(16).padStart(6, "0")}`;
const two = (number) => String(number).padStart(2, "0");

const today = new Date().setHours(0, 0, 0, 0), DAY_MS = 86400000;

/* The time of a line in the reader's zone; with the date unless it is of the day the page was opened. */
function clockTime(ms) {
  const at = new Date(ms), time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  if (ms >= today && ms < today + DAY_MS) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

function dress(element, style) {
  const { classes, color, background } = look(style);
  element.className = classes.join(" ");
  if (color !== undefined) element.style.color = hex(color);
  if (background !== undefined) element.style.backgroundColor = hex(background);
}

/* Lines go into `log`, in the order they are added. A line is {kind, text, time, step}: kind is the stream it came from,
 * a step of a progress bar is replaced by the next line of its stream. */
export function logLines(log) {
  const styles = {}, steps = {};
  let count = 0;

  function element(line) {
    const made = document.createElement("div");
    made.className = `line ${line.kind}`;
    if (line.time) made.dataset.time = clockTime(line.time);
    const { parts, style } = parse(line.text, styles[line.kind]);
    if (!line.step) styles[line.kind] = style;
    for (const [text, look] of parts) {
      const part = document.createElement("span");
      part.textContent = text;
      if (Object.keys(look).length > 0) dress(part, look);
      made.append(part.className || part.style.length > 0 ? part : text);
    }
    if (parts.length === 0) made.append("\u00a0");
    return made;
  }

  const newBlock = () => Object.assign(document.createElement("div"), { className: "block" });

  function lastBlock() {
    const last = log.lastElementChild;
    if (last?.className === "block" && last.childElementCount < BLOCK_LINES) return last;
    return log.appendChild(newBlock());
  }

  function removeFirst() {
    const first = log.querySelector(".block");
    count -= first.childElementCount;
    first.remove();
  }

  function removeLast() {
    const last = log.lastElementChild;
    count -= last.childElementCount;
    last.remove();
  }

  function add(line) {
    const made = element(line), replaced = steps[line.kind];
    steps[line.kind] = line.step ? made : undefined;
    if (replaced?.isConnected) return replaced.replaceWith(made);
    lastBlock().append(made);
    count += 1;
  }

  return {
    /* The text of the newest line. */
    last: () => log.querySelector(".block:last-child > .line:last-child")?.textContent ?? "",

    append(lines) {
      for (const line of lines) add(line);
      while (count - BLOCK_LINES >= MOST_LINES) removeFirst();
    },

    /* Lines that come before all there are; what is then too much goes at the end. Returns whether that was anything. */
    prepend(lines, after) {
      const before = { ...styles }, had = count;
      for (const kind of Object.keys(styles)) delete styles[kind];
      const blocks = document.createDocumentFragment();
      for (const line of lines.filter((one) => !one.step)) {
        if (!(blocks.lastChild?.childElementCount < BLOCK_LINES)) blocks.append(newBlock());
        blocks.lastChild.append(element(line));
        count += 1;
      }
      Object.assign(styles, before);
      after.after(blocks);
      const wanted = count;
      while (had > 0 && count - BLOCK_LINES >= MOST_LINES) removeLast();
      return count < wanted;
    },

    clear() {
      for (const block of log.querySelectorAll(".block")) block.remove();
      for (const kind of Object.keys(styles)) delete styles[kind];
      for (const kind of Object.keys(steps)) delete steps[kind];
      count = 0;
    },
  };
}
