/* The page of a blueprint: its overlays are put in order in place, the server.cfg follows what is typed, saving stays here. */
import { chooser } from "./chooser.js";
import { reorder } from "./reorder.js";
import { word } from "./words.js";

const PAUSE_MS = 300; // of typing, before the preview is asked for
const NOT_SAVED = ["csrf", "add", "server_id"];

const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const byId = (id) => document.getElementById(id);
const say = (text) => { byId("said").textContent = text; };

function contentOf(form) {
  const fields = new URLSearchParams(new FormData(form));
  for (const name of NOT_SAVED) fields.delete(name);
  return fields.toString();
}

// The form without what was typed before this script was there.
function asItCame(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return copy;
}

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

/* Make the form of a blueprint one that needs no reload. */
export function start(form) {
  const list = form.querySelector(".layers"), status = byId("saved");
  const body = () => new URLSearchParams(new FormData(form));
  const version = () => byId("live").dataset.version;
  const content = () => contentOf(form);
  let saved = "unsaved" in form.dataset ? null : contentOf(asItCame(form)), known = version(), saving = false;
  const dirty = () => content() !== saved;

  function showState(text) {
    const elsewhere = version() !== known;
    status.textContent = text ?? (elsewhere ? word("blueprint.elsewhere") : dirty() ? word("blueprint.unsaved") : "");
    byId("discard").hidden = !dirty() && !elsewhere;
    form.classList.toggle("unsaved", dirty() || elsewhere);
  }

  let timer = 0, asked = null;
  async function preview() {
    asked?.abort();
    asked = new AbortController();
    const fields = body();
    if (dirty()) fields.set("unsaved", "yes");
    const options = { method: "POST", body: fields, signal: asked.signal };
    const answer = await fetch(`${form.dataset.preview}?part=live`, options).catch(() => null);
    const part = answer?.ok ? parse(await answer.text().catch(() => "")) : null;
    if (!part?.getElementById("preview")) return;
    showPreview(part);
    showProblems(form, part);
  }
  function changed() {
    showState();
    clearTimeout(timer);
    timer = setTimeout(preview, PAUSE_MS);
  }

  // What was saved is shown; the form stays as it is, with the focus and what was typed meanwhile.
  function showSaved(page, sent) {
    const live = page.getElementById("live");
    saved = sent;
    known = byId("live").dataset.version = live.dataset.version;
    byId("live").replaceChildren(...live.childNodes);
    byId("shown-name").replaceWith(page.getElementById("shown-name"));
    document.title = page.title;
    for (const message of document.querySelectorAll("main > .notice, main > .problem")) message.remove();
    showPreview(page);
    showState(dirty() ? null : word("blueprint.saved"));
  }
  function showRefused(page) {
    const first = form.querySelector("[aria-invalid], [data-problem]:not(:empty)");
    showState(page.querySelector("main > .problem p")?.textContent || word("blueprint.refused"));
    if (first?.matches("[aria-invalid]")) first.focus();
  }
  async function save() {
    clearTimeout(timer);
    asked?.abort();
    showState(word("blueprint.saving"));
    const sent = content();
    const answer = await fetch(form.action, { method: "POST", body: body() }).catch(() => null);
    const page = answer && parse(await answer.text().catch(() => ""));
    if (!page) return showState(word("blueprint.unreachable"));
    if (!page.getElementById("blueprint")) return form.submit(); // what came instead is shown: the log-in, an error
    showProblems(form, page);
    if (answer.redirected) showSaved(page, sent); else showRefused(page);
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (saving) return;
    saving = true;
    await save();
    saving = false;
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });

  const nameOf = (row) => row.querySelector(".layer").textContent.trim();
  const refresh = reorder(list, { nameOf, changed, say });
  chooser(form, list, {
    nameOf, say, changed: () => { refresh(); changed(); },
  });
  form.addEventListener("input", (event) => { if (event.target.matches("[name]:not([name=add])")) changed(); });
  byId("preview").parentElement.querySelector("select")?.addEventListener("input", changed);
  // Another window saved: the live part has come again with another version.
  new MutationObserver(() => { if (!saving) showState(); }).observe(byId("live"), { attributeFilter: ["data-version"] });
  window.addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });
  byId("discard").addEventListener("click", () => { saved = content(); });
  if (dirty()) changed();
}
