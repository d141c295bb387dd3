/* An event stream that comes back by itself, and is let go while nobody looks: browsers allow few connections. */
const FIRST_PAUSE_MS = 250, LONGEST_PAUSE_MS = 10000;

/*
 * Listen to an event stream. `address()` gives its URL each time it is opened, `events` maps event names to functions,
 * `changed(state)` hears "open", "lost" (it is tried again) and "refused" (the service answered something else; tried
 * again too). Returns a function that opens it anew, as the address has become another one.
 */
export function listen({ address, events, changed }) {
  let source = null, timer = 0, pause = FIRST_PAUSE_MS;

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function failed(refused) {
    close();
    timer = setTimeout(open, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    changed(refused ? "refused" : "lost");
  }

  function open() {
    close();
    if (document.hidden) return;
    const mine = source = new EventSource(address());
    mine.onopen = () => { pause = FIRST_PAUSE_MS; changed("open"); };
    mine.onerror = () => { if (mine === source) failed(mine.readyState === EventSource.CLOSED); };
    for (const [name, handle] of Object.entries(events)) {
      mine.addEventListener(name, (event) => { if (mine === source) handle(event); });
    }
  }

  document.addEventListener("visibilitychange", open);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
  return open;
}
