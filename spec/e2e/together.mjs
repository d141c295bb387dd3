// Two browsers at one object, and a connection that goes and comes: node together.mjs FLOW ADDRESS ROOT TOKEN.
import {
  button, DEADLINE_MS, editor, equal, expectErrors, fail, logIn, open, proxy, run, sees, service, until,
} from "./browser_tools.mjs";

const GAME = ["+map c1m1_hotel", "-standin-chatter 200"];

/* As a script of the owner would. */
async function api(method, path, body) {
  const headers = { Authorization: `Bearer ${process.argv[5]}` };
  if (body) headers["Content-Type"] = "application/json";
  const answer = await fetch(`http://${service.address}/api/v1${path}`,
    { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) fail(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return await answer.json();
}

async function makeServer(name) {
  const blueprint = await api("POST", "/blueprints", { name: `${name} recipe`, arguments: GAME });
  return await api("POST", "/servers", { name, blueprint_id: blueprint.id });
}

/* Log in and go there; from then on the page is not left: what it shows comes by itself. */
async function visitor(path, address) {
  const page = await open({}, address);
  await logIn(page);
  await go(page, path);
  return page;
}

async function go(page, path) {
  await page.goto(path);
  await mark(page);
}

const mark = (page) => page.evaluate(() => { window.stayed = true; });

async function stayed(page) { equal(true, await page.evaluate(() => window.stayed), `${page.url()} was not left`); }

/* Presses the button of the form with that action; answers what it asks. */
async function press(page, action) {
  const button = page.locator(`form[action="${action}"] button`).first();
  const asks = await page.locator(`form[action="${action}"][data-confirm]`).count() > 0;
  await button.click();
  if (asks) await page.locator("dialog[open] button[value=yes]").click();
}

/* The other comes to see what is so already; without leaving the page. */
async function follows(isDone, other, what, sees) {
  await until(`${what} where it was done`, isDone);
  await until(`${what} in the other browser`, () => sees(other));
  await stayed(other);
}

const says = (word) => async (page) => (await page.locator("[data-say]").first().innerText()).includes(word);
const lists = (path, word) => async (page) => {
  const row = page.locator(`#live tr, #live li`, { has: page.locator(`a[href="${path}"]`) }).first();
  return await row.count() > 0 && (await row.innerText()).includes(word);
};
const listsNot = (path) => async (page) => await page.locator(`main a[href="${path}"]`).count() === 0;

const flows = {
  async server() {
    const { id } = await makeServer("Shared"), here = `/servers/${id}`;
    const one = await visitor(here), other = await visitor(here), list = await visitor("/servers");
    await press(one, `${here}/start`);
    await follows(() => says("running")(one), other, "the start", says("running"));
    await until("the start in the list", () => lists(here, "running")(list));
    await mark(one);
    await press(other, `${here}/stop`);
    await follows(() => says("stopped")(other), one, "the stop", says("stopped"));
    await until("the stop in the list", () => lists(here, "stopped")(list));
    await api("PATCH", `/servers/${id}`, { name: "Renamed" });
    await until("the new name in the list", () => lists(here, "Renamed")(list));
    await stayed(list);
  },

  async overlay() {
    const { id } = await api("POST", "/overlays", { name: "Shared overlay" }), here = `/overlays/${id}`;
    const one = await visitor(here), other = await visitor(here), list = await visitor("/overlays");
    const job = await api("POST", `${here}/script`, { script: "until [ -e go-on ]; do sleep 0.02; done" });
    for (const page of [one, other]) await until("the build", () => says("building")(page));
    await until("the build in the list", () => lists(here, "building")(list));
    await press(one, `/jobs/${job.id}/cancel`);
    const over = async () => (await api("GET", `/jobs/${job.id}`)).state === "cancelled";
    await follows(over, other, "the cancel", says("failed"));
    await stayed(list);
  },

  async scripts() {
    expectErrors(/status of 409/);
    const { id } = await api("POST", "/overlays", { name: "Written twice" }), here = `/overlays/${id}`;
    const one = await visitor(here), other = await visitor(here);
    await editor(one, "Script").fill("echo one");
    await editor(other, "Script").fill("echo other");
    await button(one, "Save and build").click();
    await sees(one, "The build is queued");
    await button(other, "Save and build").click();
    await sees(other, "Your version is not saved");
    await editor(other, "Script").getByText("echo other").waitFor();
    equal("echo one", (await api("GET", here)).script, "the script after the refusal");
    await button(other, "Save mine anyway").click();
    await sees(other, "The build is queued");
    equal("echo other", (await api("GET", here)).script, "the script after all");
  },

  async deleted() {
    expectErrors(/status of 404|Error Code 404/);
    const { id } = await makeServer("Soon gone"), here = `/servers/${id}`;
    const one = await visitor(here), other = await visitor(here), list = await visitor("/servers");
    await press(one, `${here}/delete`);
    await until("the row's end in the list", () => listsNot(here)(list));
    await stayed(list);
    await until("the page that says what happened", async () =>
      /There is nothing here|No such server/i.test(await other.locator("main").innerText()));
    const overlay = await api("POST", "/overlays", { name: "Also soon gone" });
    await go(one, `/overlays/${overlay.id}`);
    await go(other, `/overlays/${overlay.id}`);
    await press(one, `/overlays/${overlay.id}/delete`);
    await until("the page that says what happened", async () =>
      /There is nothing here|No such overlay/i.test(await other.locator("main").innerText()));
  },

  async cut() {
    expectErrors(/net::ERR_|Failed to load resource: net|htmx:(afterRequest|sendError)/); // cut off while it asks
    const { id } = await makeServer("Cut off"), here = `/servers/${id}`;
    const between = await proxy();
    const page = await visitor(here, between.address), list = await visitor("/servers", between.address);
    await until("the streams", () => between.streams() >= 2);
    between.refuse(true);
    between.cut();
    for (const one of [page, list]) await one.locator("#offline").waitFor();
    await api("POST", `${here}/start`);
    await until("the game", async () => (await api("GET", here)).actual_state === "running");
    for (const one of [page, list]) equal(true, await one.locator("#offline").isVisible(), "the notice stays");
    between.refuse(false);
    await until("the state on the server's page", () => says("running")(page));
    await until("the state in the list", () => lists(here, "running")(list));
    for (const one of [page, list]) {
      await one.locator("#offline").waitFor({ state: "hidden" });
      await stayed(one);
    }
    between.close();
  },

  async asleep() {
    const { id } = await makeServer("While asleep"), here = `/servers/${id}`;
    const between = await proxy();
    const page = await open({}, between.address);
    await page.addInitScript(() => Object.defineProperty(document, "hidden", { get: () => Boolean(window.away) }));
    const turn = (away) => page.evaluate((value) => {
      window.away = value;
      document.dispatchEvent(new Event("visibilitychange"));
    }, away);
    await logIn(page);
    for (const [path, shows] of [[here, says("running")], ["/servers", lists(here, "stopped")]]) {
      await go(page, path);
      await until("the stream", () => between.streams() > 0);
      await turn(true);
      await until("no stream while nobody looks", () => between.streams() === 0);
      await api("POST", `${here}/${path === here ? "start" : "stop"}`);
      const wanted = path === here ? "running" : "stopped";
      await until("the new state", async () => (await api("GET", here)).actual_state === wanted);
      await turn(false);
      await until("the state after waking up", () => shows(page));
      await stayed(page);
    }
    between.close();
  },

  async shut_out() {
    expectErrors(/status of 401|MIME type/);
    const page = await visitor("/servers"), list = await visitor("/jobs");
    const ending = await visitor("/profile");
    await press(ending, "/profile/sessions/end-others");
    for (const one of [page, list]) await one.waitForURL(/\/login\?next=/, { timeout: DEADLINE_MS });
    await ending.reload();
    equal("/profile", new URL(ending.url()).pathname, "the page of who ended the others");
  },
};

await run(flows[process.argv[2]] || (() => fail("no such flow")));
