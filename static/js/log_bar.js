/* The row of controls above a log: its state, the search field, what is shown of it, and the way to its newest line. */
import { word } from "./words.js";

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

const button = (text, properties) => make("button", { type: "button", className: "quiet", textContent: text, ...properties });

/* A button that switches a class of the log, remembered for the next log. */
function toggle(log, name, text, first) {
  const made = button(text), key = `log.${name}`;
  const set = (on) => {
    made.setAttribute("aria-pressed", on);
    log.classList.toggle(name, on);
  };
  set((localStorage.getItem(key) ?? first) === "yes");
  made.addEventListener("click", () => {
    set(!log.classList.contains(name));
    localStorage.setItem(key, log.classList.contains(name) ? "yes" : "no");
  });
  return made;
}

/* Make the row above `log`, and what lies over its end while it is not followed:
 * {state, times, download, pause, newest, search: {input, count, previous, next}}. */
export function logBar(log) {
  const search = {
    input: make("input", { type: "search", placeholder: word("log.search"), ariaLabel: word("log.search"),
      autocomplete: "off", spellcheck: false, enterKeyHint: "search" }),
    count: make("span", { className: "hint number" }),
    previous: button("↑", { ariaLabel: word("log.previous"), hidden: true }),
    next: button("↓", { ariaLabel: word("log.next"), hidden: true }),
  };
  search.count.setAttribute("role", "status");
  const bar = {
    state: make("span", { className: "log-state" }),
    times: toggle(log, "times", word("log.times"), "no"),
    download: make("a", { className: "quiet", download: "", textContent: word("log.download") }),
    pause: button(word("log.pause")),
    newest: button(word("log.newest"), { className: "primary log-newest", hidden: true }),
    search,
  };
  bar.state.setAttribute("role", "status");
  bar.times.hidden = true;
  const row = make("div", { className: "log-bar" }, bar.state,
    make("span", { className: "log-search" }, search.input, search.count, search.previous, search.next),
    make("span", { className: "log-buttons" }, bar.times, toggle(log, "wrap", word("log.wrap"), "yes"), bar.download,
      bar.pause));
  log.parentElement.classList.add("log-frame");
  log.before(row);
  log.after(bar.newest);
  for (const part of [row, log]) {
    part.addEventListener("keydown", (event) => {
      if (event.key !== "f" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      search.input.select();
    });
  }
  return bar;
}
