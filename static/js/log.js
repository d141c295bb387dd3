/* A live log: lines from an event stream, followed to the end unless the reader scrolled up; bounded. */
const MOST_LINES = 5000;

function bar(log) {
  if (log.previousElementSibling?.classList.contains("log-bar")) return log.previousElementSibling;
  const element = document.createElement("div");
  element.className = "log-bar";
  element.innerHTML = '<button type="button" class="quiet" aria-pressed="true">Following</button><span role="status"></span>';
  log.before(element);
  return element;
}

/* Follow the log named by data-log. Returns a function that stops it. */
export function follow(log) {
  const [button, status] = bar(log).children;
  let following = true, waiting = [], last = "";
  log.replaceChildren();
  status.textContent = "";

  function setFollowing(value) {
    following = value;
    button.textContent = value ? "Following" : "Jump to newest";
    button.setAttribute("aria-pressed", String(value));
    if (value) log.scrollTop = log.scrollHeight;
  }
  button.onclick = () => setFollowing(true);
  log.onscroll = () => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 24;
    if (atEnd !== following) setFollowing(atEnd);
  };

  function flush() {
    const fragment = document.createDocumentFragment();
    for (const [kind, text] of waiting.slice(-MOST_LINES)) {
      const line = document.createElement("div");
      line.className = kind;
      line.textContent = text === "" ? "\u00a0" : text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007]*(\u0007|$)/g, "");
      fragment.append(line);
    }
    waiting = [];
    log.append(fragment);
    while (log.childElementCount > MOST_LINES) log.firstElementChild.remove();
    if (following) log.scrollTop = log.scrollHeight;
  }
  function add(kind, text) {
    if (waiting.push([kind, text]) === 1) requestAnimationFrame(flush);
  }

  const events = new EventSource(log.dataset.log);
  for (const kind of ["stdout", "stderr"]) {
    events.addEventListener(kind, (event) => {
      if (event.lastEventId && event.lastEventId === last) return;
      last = event.lastEventId;
      add(kind, event.data);
    });
  }
  events.addEventListener("end", (event) => {
    add("ended", event.data ? `— ${event.data} —` : "— end —");
    events.close();
  });
  events.addEventListener("open", () => { status.textContent = ""; status.className = ""; });
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) return;
    status.className = "offline";
    status.textContent = "The connection is lost; trying again.";
  });
  const stop = () => events.close();
  window.addEventListener("pagehide", stop);
  return stop;
}
