/* A live log: lines from an event stream, followed to the newest unless the reader goes back. A long one is opened at
 * its end. While it is not followed nothing moves: new lines wait and are counted. */
import { logBar } from "./log_bar.js";
import { logLines, MOST_LINES } from "./log_lines.js";
import { logSearch } from "./log_search.js";
import { installProgress } from "./progress.js";
import { readEvents } from "./stream.js";
import { word } from "./words.js";

const AT_END_PX = 24;
const PART_BYTES = 131072; // what is opened of a long log, and what is added of what came before
const LINES_A_FRAME = 500;
const QUIET_MS = 1500;
const OF = /^\/(server|job)s\/(\d+)\/log/;

const withQuery = (address, query) => `${address}${address.includes("?") ? "&" : "?"}times=1&${query}`;
const offset = (id) => Number(id.split("@")[0]);

/* An event's id says where its line ends in the file and when it was written, or it is a journal's cursor. */
function lineOf(kind, { data, lastEventId: id }) {
  const at = id.indexOf("@"), step = at > 0 && id.endsWith("r");
  if (at > 0) return { kind, text: data, time: parseInt(id.slice(at + 1), 10), step };
  const journal = id.startsWith("s=") && id.match(/;t=([0-9a-f]+);/);
  return { kind, text: data, time: journal ? parseInt(journal[1], 16) / 1000 : 0, step };
}

/* The lines of the part of a log that ends at an offset: promises {lines, start}. A place in the middle of a line is
 * no good, so the first line of it is left out. */
async function partBefore(address, end) {
  const from = Math.max(0, end - PART_BYTES), lines = [], enough = new AbortController();
  let start = from;
  function tell(kind, event) {
    const place = offset(event.lastEventId);
    if (kind === "end" || place >= end) enough.abort();
    if (kind === "end" || place > end) return;
    if (start === from && from > 0) start = place;
    else lines.push(lineOf(kind, event));
  }
  await readEvents(withQuery(address, `from=${from}`), { signal: enough.signal, tell }).catch((error) => {
    if (!enough.signal.aborted) throw error;
  });
  return { lines, start };
}

const ENDS = ["succeeded", "failed", "cancelled", "lost"];
const endWord = (state) => (ENDS.includes(state) ? word(`log.ended_${state}`) : word("log.ended"));

/* Make an element a live log. `connect(part)` has the page's stream bring its lines: {query(): what to ask for,
 * events, changed}; null ends that. Returns a function that shows the log at an address; the same one again changes
 * nothing. */
export function liveLog(log, connect) {
  const bar = logBar(log), lines = logLines(log), progress = installProgress();
  const earlier = Object.assign(document.createElement("button"), {
    type: "button", className: "quiet", textContent: word("log.earlier"), hidden: true,
  });
  log.prepend(earlier);
  log.classList.add("empty");
  // held: paused by hand. skipped: lines that waited too long were let go. cut: the newest made room for earlier ones.
  let following = true, held = false, skipped = false, cut = false, ended = false;
  let waiting = [], fresh = 0, due = false, start = 0, shown = null;

  function say(kind, text) {
    bar.state.className = `log-state ${kind}`;
    bar.state.textContent = text;
  }
  function label() {
    bar.pause.hidden = ended;
    bar.pause.setAttribute("aria-pressed", !following);
    bar.newest.hidden = following;
    bar.newest.textContent = fresh === 0 ? word("log.newest") : word("log.newest_count", { count: fresh });
  }

  const searched = logSearch(log, bar.search, () => { held = true; setFollowing(false); });

  function flush() {
    due = false;
    if (following && waiting.length > 0) {
      if (skipped) lines.clear();
      skipped = false;
      const batch = waiting.splice(0, LINES_A_FRAME);
      lines.append(batch);
      hear(batch);
      log.classList.remove("empty");
      log.scrollTop = log.scrollHeight;
      searched();
      if (waiting.length > 0) schedule();
    }
    label();
  }
  function schedule() {
    if (!due) requestAnimationFrame(flush);
    due = true;
  }

  function setFollowing(value) {
    following = value;
    if (value && cut) return restart();
    if (value) {
      fresh = 0;
      log.scrollTop = log.scrollHeight;
    }
    schedule();
  }
  bar.pause.addEventListener("click", () => {
    held = following;
    setFollowing(!following);
  });
  bar.newest.addEventListener("click", () => {
    held = false;
    setFollowing(true);
    log.focus();
  });
  log.addEventListener("scroll", () => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - AT_END_PX;
    if (atEnd !== following && !(atEnd && (held || cut))) setFollowing(atEnd);
  });

  // Who reads with the ears hears the log while it has the focus, once it is quiet: how many lines came, and the last.
  let unheard = 0, hearing = 0;
  function hear(batch) {
    if (document.activeElement !== log) return;
    unheard += batch.length;
    clearTimeout(hearing);
    hearing = setTimeout(() => {
      document.getElementById("said").textContent = word("log.heard", { count: unheard, text: lines.last() });
      unheard = 0;
    }, QUIET_MS);
  }

  function add(line) {
    const last = waiting.at(-1);
    if (last?.step && last.kind === line.kind) waiting.pop();
    waiting.push(line);
    if (!following && !line.step) fresh += 1;
    if (waiting.length > MOST_LINES + LINES_A_FRAME) {
      waiting.splice(0, LINES_A_FRAME);
      skipped = true;
    }
    if (line.time && bar.times.hidden) bar.times.hidden = false;
    progress?.(line.text);
    schedule();
  }

  earlier.addEventListener("click", async () => {
    earlier.disabled = true;
    const address = shown, part = await partBefore(address, start).catch(() => null);
    earlier.disabled = false;
    if (!part || address !== shown) return;
    const first = log.querySelector(".line"), top = first?.getBoundingClientRect().top;
    held = true;
    setFollowing(false);
    cut = lines.prepend(part.lines, earlier) || cut;
    start = part.start;
    earlier.hidden = start === 0 || part.lines.length === 0;
    if (first) log.scrollTop += first.getBoundingClientRect().top - top;
    searched();
  });

  function open(address) {
    let next = "";
    const take = (kind) => (event) => { next = event.lastEventId; add(lineOf(kind, event)); };
    const [, kind, id] = address.match(OF);
    const from = () => (next === "" ? -PART_BYTES : encodeURIComponent(next));
    connect({
      query: () => `&log=${kind}:${id}&times=1&from=${from()}`,
      events: {
        start: (event) => {
          next = event.lastEventId;
          start = offset(next);
          earlier.hidden = start === 0;
        },
        stdout: take("stdout"),
        stderr: take("stderr"),
        end: (event) => { connect(null); ended = true; say("ended", endWord(event.data)); label(); },
      },
      changed: (now) => (now === "open" ? say("open", word("log.connected")) : say("lost", word("log.lost"))),
    });
  }

  function restart() {
    waiting = [];
    fresh = start = 0;
    following = earlier.hidden = true;
    held = skipped = cut = ended = false;
    lines.clear();
    log.classList.add("empty");
    label();
    open(shown);
  }

  return function show(address) {
    if (address === shown) return;
    shown = address;
    bar.download.href = address;
    bar.download.download = `${address.match(OF).slice(1).join("-")}.txt`;
    bar.times.hidden = true;
    restart();
  };
}
