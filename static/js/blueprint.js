/* The page of a blueprint: overlays are put in order in place, the server.cfg follows what is typed, saving stays. */
import { chooser } from "./chooser.js";
import { reorder } from "./reorder.js";
import { askWhile, contentAsItCame, contentOf } from "./unsaved.js";
import { word } from "./words.js";

const PAUSE_MS = 300; // of typing, before the preview is asked for
const NOT_SAVED = ["csrf", "seen", "add", "server_id"];

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const byId = (id) => document.getElementById(id);
const say = (text) => { byId("said").textContent = text; };

// Take over what a page or part of the service says is wrong, beside the fields.
function showProblems(form, theirs) {
  for (const slot of theirs.querySelectorAll("[data-problem]")) {
    const name = slot.dataset.problem, field = form.elements[name], wrong = slot.firstElementChild;
    form.querySelector(`[data-problem=${name}]`).replaceChildren(...wrong ? [wrong] : []);
    const attributes = wrong ? { "aria-invalid": "true", "aria-describedby": wrong.id } : {};
    for (const one of ["aria-invalid", "aria-describedby"]) {
      if (attributes[one]) field?.setAttribute(one, attributes[one]); else field?.removeAttribute(one);
    }
  }
}

// Take over the preview; one that could not be made leaves the old one, and says so.
function showPreview(theirs) {
  const mine = byId("preview"), text = theirs.querySelector("#preview pre");
  if (text) mine.querySelector("pre").textContent = text.textContent;
  mine.classList.toggle("stale", !text);
  mine.querySelector("p").textContent = theirs.querySelector("#preview p").textContent;
}

/* What the form holds, whether that is saved, and the line beside the button that says so. */
function stateOf(form) {
  const { seen } = form.elements; // the version that the form was made from
  let saved = "unsaved" in form.dataset ? null : contentAsItCame(form, NOT_SAVED);
  const content = () => contentOf(form, NOT_SAVED);
  const dirty = () => content() !== saved;

  // What is chosen but not added yet is no part of it.
  function body() {
    const fields = new URLSearchParams(new FormData(form));
    fields.delete("add");
    return fields;
  }
  const elsewhere = () => byId("live").dataset.version !== seen.value;
  function show(text) {
    const state = byId("conflict") ? "" : elsewhere() ? word("blueprint.elsewhere") : dirty() ? word("blueprint.unsaved") : "";
    byId("saved").textContent = text ?? state;
    byId("discard").hidden = !dirty() && !elsewhere();
    form.classList.toggle("unsaved", dirty() || elsewhere());
  }
  function keep(sent, version) {
    saved = sent;
    seen.value = version;
  }
  return { content, dirty, elsewhere, body, show, keep };
}

/* Asks for the preview of what the form holds, once nothing was typed for a moment. */
function previewOf(form, state) {
  let timer = 0, asked = null;

  function stop() {
    clearTimeout(timer);
    asked?.abort();
  }
  async function ask() {
    stop();
    const { signal } = asked = new AbortController(), fields = state.body();
    if (state.dirty()) fields.set("unsaved", "yes");
    const address = `${form.dataset.preview}?part=live`;
    const answer = await fetch(address, { method: "POST", body: fields, signal }).catch(() => null);
    const part = parse(answer?.ok ? await answer.text().catch(() => "") : "");
    if (signal.aborted) return;
    if (!part.getElementById("preview")) return byId("preview").classList.add("stale");
    showPreview(part);
    showProblems(form, part);
  }
  function soon() {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  }
  return { soon, stop };
}

// Another refusal, or none, takes the place of the one that is there; the focus is not lost with the button pressed in it.
function showConflict(conflict) {
  const old = byId("conflict"), bar = document.querySelector(".save-bar"), focused = old?.contains(document.activeElement);
  old?.remove();
  if (conflict) bar.prepend(conflict);
  if (focused) bar.querySelector("button").focus();
}

// What was saved is shown; the form stays as it is, with the focus and what was typed meanwhile. The page may be newer
// than what was stored, which is then changed elsewhere.
function showSaved(page, state, sent, stored) {
  const mine = byId("live"), live = page.getElementById("live");
  mine.dataset.version = live.dataset.version;
  mine.replaceChildren(...live.childNodes);
  byId("shown-name").replaceWith(page.getElementById("shown-name"));
  document.title = page.title;
  for (const message of document.querySelectorAll("main > .notice, main > .problem")) message.remove();
  showConflict(null);
  state.keep(sent, stored);
  if (!state.elsewhere()) showPreview(page);
  state.show(state.dirty() || state.elsewhere() ? null : word("blueprint.saved"));
}

function showRefused(page, state, form) {
  const conflict = page.getElementById("conflict");
  showConflict(conflict);
  if (conflict) return state.show();
  state.show(page.querySelector("main > .problem p")?.textContent || word("blueprint.refused"));
  form.querySelector("[aria-invalid]")?.focus();
}

async function save(form, state, button) {
  state.show(word("blueprint.saving"));
  const sent = state.content(), body = state.body();
  if (button?.name === "over") body.set(button.name, button.value);
  const answer = await fetch(`${form.action}?tell=stored`, { method: "POST", body }).catch(() => null);
  const page = answer && parse(await answer.text().catch(() => ""));
  if (!page) return state.show(word("blueprint.unreachable"));
  if (!page.getElementById("blueprint")) return form.submit(); // what came instead is shown: the log-in, an error
  showProblems(form, page);
  const stored = new URL(answer.url).searchParams.get("stored");
  if (stored) showSaved(page, state, sent, stored); else showRefused(page, state, form);
}

/* Make the form of a blueprint one that needs no reload. */
export function start(form) {
  const list = form.querySelector(".layers"), state = stateOf(form), preview = previewOf(form, state);
  let saving = false;
  function changed() {
    state.show();
    preview.soon();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (saving) return;
    saving = true;
    preview.stop();
    await save(form, state, event.submitter);
    saving = false;
    if (state.dirty()) preview.soon();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("input", (event) => { if (event.target.matches("[name]:not([name=add])")) changed(); });
  form.elements.server_id?.addEventListener("input", changed);

  const nameOf = (row) => row.querySelector(".layer").textContent.trim();
  const refresh = reorder(list, { nameOf, changed, say });
  chooser(form, list, { nameOf, say, changed: () => { refresh(); changed(); } });

  // Another window saved: the live part has come again with another version.
  const observer = new MutationObserver(() => { if (!saving) state.show(); });
  observer.observe(byId("live"), { attributeFilter: ["data-version"] });
  askWhile(state.dirty);
  byId("discard").addEventListener("click", () => { state.keep(state.content(), form.elements.seen.value); });
  if (state.dirty()) changed();
}
