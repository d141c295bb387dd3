/* What is typed into a form and not saved yet: the browser asks before it is lost. */

/* What a form holds, but for the fields of those names, as a text to compare. */
export function contentOf(form, without) {
  const fields = new URLSearchParams(new FormData(form));
  for (const name of without) fields.delete(name);
  return fields.toString();
}

/* The same of the form without what was typed before this script was there. */
export function contentAsItCame(form, without) {
  const copy = form.cloneNode(true);
  copy.reset();
  return contentOf(copy, without);
}

/* Ask before the page is left as long as that is so. */
export function askWhile(dirty) {
  window.addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });
}

const NO_LOSS = ["csrf", "seen", "name"]; // a name is typed again in a moment

/* A form that is sent as a whole, and saved with that. One in a dialog that was closed was given up. */
export function start(form) {
  const saved = "unsaved" in form.dataset ? null : contentAsItCame(form, NO_LOSS);
  let sent = false;
  document.addEventListener("submit", (event) => { if (event.target === form && !event.defaultPrevented) sent = true; });
  window.addEventListener("pageshow", () => { sent = false; });
  askWhile(() => !sent && form.isConnected && !form.closest("dialog:not([open])") && contentOf(form, NO_LOSS) !== saved);
}
