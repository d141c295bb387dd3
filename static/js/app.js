/* What pages do beyond plain HTML: dialogs, questions, live parts, live logs. Every form works without it. */
import "./copy.js";
import "./fields.js";
import "./shortcuts.js";
import { liveLog } from "./log.js";
import { listen } from "./stream.js";
import { word } from "./words.js";

const live = () => document.getElementById("live");
const logElement = document.getElementById("log");

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.getElementById(opener.dataset.dialog);
  dialog.showModal();
  dialog.dispatchEvent(new Event("opened")); // what is in it may be asked for now
});

// The question before something is lost. The form says that it was answered, or the service would ask again.
function ask(form, button) {
  const dialog = document.getElementById("question");
  const yes = dialog.querySelector("[value=yes]");
  dialog.querySelector("p").textContent = form.dataset.confirm;
  yes.textContent = form.dataset.yes || button.textContent;
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    const shown = document.querySelector(`form[action="${CSS.escape(form.getAttribute("action"))}"]`); // swapped meanwhile?
    if (!shown) return;
    const answer = document.createElement("input");
    Object.assign(answer, { type: "hidden", name: "confirmed", value: "yes" });
    shown.append(answer);
    shown.requestSubmit();
  };
  dialog.showModal();
}

// A form is sent once; from then on the page is left, and nothing of it is asked for again.
let leaving = false;
document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (form.method === "dialog") return;
  if (form.dataset.confirm && !form.elements.confirmed) {
    event.preventDefault();
    ask(form, button);
  } else if (leaving) {
    event.preventDefault();
  } else {
    leaving = true;
  }
});
window.addEventListener("pageshow", () => { leaving = false; });
// Who is asked whether what was typed may be lost, and stays, goes on.
window.addEventListener("beforeunload", (event) => {
  setTimeout(() => { if (event.defaultPrevented) leaving = false; });
});

// What a page has of its own: data-module names a file beside this one, which starts with that element.
for (const element of document.querySelectorAll("[data-module]")) {
  import(`./${element.dataset.module}.js`).then((module) => module.start(element));
}

function follow() {
  const address = live()?.dataset.log;
  if (showLog && address) showLog(address);
}

// The live part (and #more, which the layout names) is asked for again, by one request at a time, and the page becomes
// what it says: what stays the same is left alone, and so are the focus, a selection and open details.
async function swap() {
  const address = new URL(document.body.dataset.place || location.href, location.href);
  address.searchParams.set("part", "live");
  await window.htmx.ajax("GET", address.href, { target: "#live", select: "#live", swap: "morph:outerHTML" });
  follow();
  tell();
}

let refreshing = false, again = false;
async function refresh() {
  again = true;
  if (refreshing || leaving || !live()) return;
  refreshing = true;
  // A lost connection is no fault: the stream of changes asks for the live part when it is back.
  while (again && !document.querySelector("dialog[open]")) {
    again = false;
    await swap().catch(() => {});
  }
  refreshing = false;
}
document.addEventListener("close", () => { if (again) refresh(); }, true);
// What the page shows is gone (another one deleted it): the page says so.
document.addEventListener("htmx:responseError", (event) => {
  const { place } = document.body.dataset; // not the address that a form was sent to
  if (event.detail.xhr.status !== 404 || leaving) return;
  if (place) location.assign(place);
  else location.reload();
});

// Screen readers hear the new state once; the live part itself is replaced too often to be a live region.
const said = document.getElementById("said");
let lastSaid = document.querySelector("[data-say]")?.textContent;
function tell() {
  const text = document.querySelector("[data-say]")?.textContent;
  if (text && text !== lastSaid) said.textContent = text;
  lastSaid = text;
}

// Times go on being right while the page stays. The words are those of the service, and so is the clock.
const clockAhead = Date.now() - Number(document.body.dataset.now);
function ago(seconds) {
  if (seconds < 5) return word("ago.now");
  if (seconds < 60) return word("ago.seconds", { n: Math.floor(seconds) });
  if (seconds < 3600) return word("ago.minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 2 * 86400) return word("ago.hours", { n: Math.floor(seconds / 3600) });
  return word("ago.days", { n: Math.floor(seconds / 86400) });
}
setInterval(() => {
  for (const time of document.querySelectorAll("time")) {
    const text = ago((Date.now() - clockAhead - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
}, 1000);

// The one stream of the page: it tells of changes, and brings the lines of the log that is shown.
const events = document.body.dataset.events;
let logPart = null, reopen = null;
const ofLog = (name) => (event) => logPart?.events[name](event);

function connectLog(part) {
  logPart = part;
  if (part) reopen?.();
}

const showLog = logElement && liveLog(logElement, connectLog);
follow();
if (events) {
  reopen = listen({
    address: () => `/events?${events}${logPart?.query() ?? ""}`,
    events: {
      changed: refresh, start: ofLog("start"), stdout: ofLog("stdout"), stderr: ofLog("stderr"), end: ofLog("end"),
    },
    changed: (state) => {
      document.getElementById("offline").hidden = state !== "lost";
      logPart?.changed(state);
      if (state !== "lost") refresh(); // what changed before the stream was open, or why it was refused
    },
  });
}
