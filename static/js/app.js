/* What pages do beyond plain HTML: dialogs, confirmations, live parts, live logs. Every form works without it. */
import { follow } from "./log.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (!opener) return;
  event.preventDefault();
  document.getElementById(opener.dataset.dialog).showModal();
});

// The service asks before something is lost; asked here already, it need not ask again.
document.addEventListener("submit", (event) => {
  const form = event.target, question = form.dataset.confirm;
  if (!question) return;
  if (!window.confirm(question)) { event.preventDefault(); return; }
  if (form.elements.confirmed) return;
  const confirmed = Object.assign(document.createElement("input"), { type: "hidden", name: "confirmed", value: "yes" });
  form.append(confirmed);
});

// What the page shows is gone (another one deleted it): the page says so.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 404) location.reload();
});

// The live part is asked for again and swapped when the service says that something it shows has changed.
function refresh() {
  const live = document.querySelector("[data-live]");
  if (!live || live.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return;
  const focused = live.contains(document.activeElement) ? document.activeElement.closest("form")?.getAttribute("action") : null;
  window.htmx.ajax("GET", location.href, { target: "#live", select: "#live", swap: "outerHTML" }).then(() => {
    if (focused) document.querySelector(`#live form[action="${CSS.escape(focused)}"] button`)?.focus();
    document.querySelectorAll("[data-reload-log]").forEach(reloadLog);
  });
}

const logs = new Map();

// An overlay's newest build is another job after a rebuild: its log follows the link in the live part.
function reloadLog(log) {
  const link = document.querySelector('#live a[href^="/jobs/"]');
  if (!link) return;
  const address = `${link.getAttribute("href")}/log`;
  if (log.dataset.log === address) return;
  log.dataset.log = address;
  logs.get(log)?.();
  logs.set(log, follow(log));
}

const topics = document.body.dataset.topics;
if (topics) {
  const events = new EventSource(`/events?topics=${encodeURIComponent(topics)}`);
  events.addEventListener("changed", refresh);
  events.addEventListener("open", () => { if (document.body.dataset.seen) refresh(); document.body.dataset.seen = "yes"; });
  window.addEventListener("pagehide", () => events.close());
}
document.querySelectorAll("[data-log]").forEach((log) => logs.set(log, follow(log)));
