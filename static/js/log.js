/* A live log: lines from an event stream, followed to the newest unless the reader scrolled up; bounded. */
import { listen } from "./stream.js";
import { word } from "./words.js";

const MOST_LINES = 5000;
const AT_END_PX = 24;

// What a terminal would act on: CSI and OSC sequences, other escapes, control characters. None of it is shown.
const TERMINAL = new RegExp([
  "\\u001b\\[[0-?]*[ -/]*[@-~]", "\\u001b[\\]P^_X][^\\u0007\\u001b]*(?:\\u0007|\\u001b\\\\|$)", "\\u001b.?",
  "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]",
].join("|"), "g");

function line(kind, text) {
  const element = document.createElement("div");
  element.className = kind;
  element.textContent = text.replace(TERMINAL, "") || "\u00a0";
  return element;
}

function makeBar(log) {
  const bar = document.createElement("div");
  bar.className = "log-bar";
  bar.innerHTML = '<span class="log-state" role="status"></span><a class="quiet"></a>'
    + '<button type="button" class="quiet" hidden></button>';
  bar.children[1].textContent = word("log.as_text");
  bar.children[2].textContent = word("log.newest");
  log.before(bar);
  return bar.children;
}

/* Make an element a live log. Returns a function that shows the log at an address; the same one again changes nothing. */
export function liveLog(log, refused) {
  const [state, asText, jump] = makeBar(log);
  let following = true, waiting = [], stop = null, shown = null;

  function setFollowing(value) {
    following = value;
    jump.hidden = value;
    if (value) log.scrollTop = log.scrollHeight;
  }
  jump.onclick = () => { setFollowing(true); log.focus(); };
  log.onscroll = () => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - AT_END_PX;
    if (atEnd !== following) setFollowing(atEnd);
  };

  function say(word, text) {
    state.className = `log-state ${word}`;
    state.textContent = text;
  }

  function flush() {
    const fragment = document.createDocumentFragment();
    for (const [kind, text] of waiting.slice(-MOST_LINES)) fragment.append(line(kind, text));
    waiting = [];
    log.append(fragment);
    while (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
    if (following) log.scrollTop = log.scrollHeight;
  }
  function add(kind, text) {
    if (waiting.push([kind, text]) === 1) requestAnimationFrame(flush);
  }

  return function show(address) {
    if (address === shown) return;
    stop?.();
    shown = address;
    waiting = [];
    log.replaceChildren();
    asText.href = address;
    let next = 0;
    const take = (kind) => (event) => { next = event.lastEventId; add(kind, event.data); };
    stop = listen({
      address: () => `${address}${address.includes("?") ? "&" : "?"}from=${encodeURIComponent(next)}`,
      events: {
        stdout: take("stdout"),
        stderr: take("stderr"),
        end: (event) => { stop(); say("ended", event.data ? word("log.ended_as", { state: event.data }) : word("log.ended")); },
      },
      changed: (now) => {
        if (now === "open") say("open", word("log.connected"));
        else say("lost", word("log.lost"));
        if (now === "refused") refused();
      },
    });
  };
}
