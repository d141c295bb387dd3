/* The command palette: a dialog that finds pages, objects and actions while one types (ARIA: an editable combobox). */
import { SLASH } from "./shortcuts.js";
import { word } from "./words.js";

let dialog, input, list, status, results = [], chosen = 0, asked = null;

// A key on its own may be in the way of those who speak to their browser (WCAG 2.1.4): it can be switched off.
function makeSwitch(label) {
  const box = label.firstChild;
  label.append(word("palette.slash"));
  box.checked = localStorage.getItem(SLASH) !== "off";
  box.onchange = () => localStorage.setItem(SLASH, box.checked ? "on" : "off");
}

function make() {
  dialog = document.createElement("dialog");
  dialog.className = "palette";
  dialog.innerHTML = '<div class="palette-top"><input type="search" role="combobox" aria-autocomplete="list" '
    + 'aria-controls="palette-list" aria-expanded="false" autocomplete="off" spellcheck="false" maxlength="60">'
    + '<button type="button" class="quiet"></button></div><p class="hint" role="status"></p>'
    + '<ul id="palette-list" role="listbox"></ul><label class="inline hint"><input type="checkbox"></label>';
  [input, status, list] = ["input", "p", "ul"].map((name) => dialog.querySelector(name));
  const close = dialog.querySelector("button");
  close.textContent = word("palette.close");
  for (const named of [dialog, input, list]) named.setAttribute("aria-label", word("palette.label"));
  input.placeholder = word("palette.label");
  makeSwitch(dialog.querySelector("label"));
  close.onclick = () => dialog.close();
  input.oninput = find;
  input.onkeydown = steer;
  list.onpointerdown = (event) => event.preventDefault(); // the focus stays where one types
  list.onclick = (event) => {
    const option = event.target.closest("[role=option]");
    if (option) run(results[[...list.children].indexOf(option)], event);
  };
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  document.body.append(dialog);
}

function choose(index) {
  chosen = index;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", i === chosen));
  const option = list.children[chosen];
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
}

function show(found) {
  results = found;
  list.replaceChildren(...found.map((one, i) => {
    const option = document.createElement("li"), title = document.createElement("bdi"), kind = document.createElement("span");
    option.id = `palette-${i}`;
    option.setAttribute("role", "option");
    title.textContent = one.title;
    kind.textContent = one.kind;
    kind.className = "hint";
    option.append(title, " ", kind);
    return option;
  }));
  input.setAttribute("aria-expanded", found.length > 0);
  list.hidden = found.length === 0;
  status.textContent = found.length ? word("palette.found", { count: found.length }) : word("palette.none");
  choose(0);
}

async function find() {
  asked?.abort();
  const mine = asked = new AbortController();
  try {
    const answer = await fetch(`/palette?q=${encodeURIComponent(input.value)}`,
      { headers: { Accept: "application/json" }, signal: mine.signal });
    if (answer.redirected || answer.status === 401) return location.reload(); // the session is over
    if (!answer.ok) throw new Error(answer.statusText);
    const { results: found } = await answer.json();
    if (mine === asked) show(found);
  } catch {
    if (mine === asked && !mine.signal.aborted) status.textContent = word("palette.lost");
  }
}

// A form like those of the pages. Before a loss the service asks, on a page of its own.
function submit(one) {
  const form = document.createElement("form"), token = document.querySelector("input[name=csrf]").cloneNode();
  form.method = "post";
  form.setAttribute("action", one.post);
  form.hidden = true;
  form.append(token);
  document.body.append(form);
  form.requestSubmit();
}

function run(one, event) {
  if (!one) return;
  if (one.href && (event.ctrlKey || event.metaKey)) return window.open(one.href, "_blank", "noopener");
  dialog.close();
  if (one.post) submit(one);
  else location.assign(one.href);
}

function steer(event) {
  const last = results.length - 1;
  if (event.isComposing) return;
  const steps = { ArrowDown: chosen < last ? chosen + 1 : 0, ArrowUp: chosen > 0 ? chosen - 1 : last };
  if (event.key in steps) {
    event.preventDefault();
    choose(steps[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    run(results[chosen], event);
  } else if (event.key === "Escape") {
    event.preventDefault(); // a search field would only be emptied
    dialog.close();
  }
}

/* Open it, or close it when it is open. */
export function toggle() {
  if (!dialog) make();
  if (dialog.open) return dialog.close();
  input.value = "";
  dialog.showModal();
  input.focus();
  find();
}
