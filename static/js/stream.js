/* An event stream that comes back by itself, and is let go while nobody looks: browsers allow few connections. It is
 * read as the page can take it, where an EventSource would hold up everything else as long as there is more. */
const FIRST_PAUSE_MS = 250, LONGEST_PAUSE_MS = 10000;
const BREATH_MS = 12;

/* Takes the text of a stream in pieces and calls `tell(name, {data, lastEventId})` for each event in it
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html); lines of ours end with a line feed. */
export function eventParser(tell) {
  let held = "", name = "", data = [], lastEventId = "";
  function take(line) {
    const colon = line.indexOf(":"), value = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (line === "") {
      if (data.length > 0) tell(name || "message", { data: data.join("\n"), lastEventId });
      name = "";
      data = [];
    } else if (line.startsWith("data:")) data.push(value);
    else if (line.startsWith("event:")) name = value;
    else if (line.startsWith("id:")) lastEventId = value;
  }
  return (text) => {
    const lines = (held + text).split("\n");
    held = lines.pop();
    for (const line of lines) take(line);
  };
}

/* Read a stream to its end; a mistake in what is told of an event stops nothing. Promises whether it was one. */
export async function readEvents(address, { signal, opened, tell }) {
  const response = await fetch(address, { signal, headers: { Accept: "text/event-stream" } });
  if (!response.ok || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) return false;
  opened?.();
  const parse = eventParser((name, event) => { try { tell(name, event); } catch (error) { reportError(error); } });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rested = performance.now();;) {
    const { done, value } = await reader.read();
    if (done) return true;
    parse(value);
    if (performance.now() - rested < BREATH_MS) continue;
    await new Promise((go) => setTimeout(go));
    rested = performance.now();
  }
}

/*
 * Listen to an event stream. `address()` gives its URL each time it is opened, `events` maps event names to functions,
 * `changed(state)` hears "open", "lost" (it is tried again) and "refused" (the service answered something else; tried
 * again too). Returns a function that opens it anew, as the address has become another one.
 */
export function listen({ address, events, changed }) {
  let current = null, timer = 0, pause = FIRST_PAUSE_MS;

  function close() {
    clearTimeout(timer);
    current?.abort();
    current = null;
  }

  function failed(refused) {
    close();
    timer = setTimeout(open, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    changed(refused ? "refused" : "lost");
  }

  async function open() {
    close();
    if (document.hidden) return;
    const mine = current = new AbortController();
    const wasStream = await readEvents(address(), {
      signal: mine.signal,
      opened: () => { pause = FIRST_PAUSE_MS; changed("open"); },
      tell: (name, event) => { if (mine === current) events[name]?.(event); },
    }).catch(() => true);
    if (mine === current) failed(!wasStream);
  }

  document.addEventListener("visibilitychange", open);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
  return open;
}
