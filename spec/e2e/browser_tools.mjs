// What the browser's flows share: a page that fails on every error of its own, waiting, steps, a proxy that cuts.
import { createRequire } from "node:module";
import { createConnection, createServer } from "node:net";
import { writeFileSync } from "node:fs";

const require = createRequire(`${process.env.LEFT4ME_NODE_MODULES}/`);
const { chromium } = require("playwright-core");

export const DEADLINE_MS = 30000;
const ASK_AGAIN_MS = 20;
export const service = {
  address: process.argv[3], root: process.argv[4], password: process.env.LEFT4ME_ADMIN_PASSWORD,
};

const problems = [];
const expected = [];

/* Errors of this kind are part of the flow: the browser notes every answer that is not a success. */
export function expectErrors(pattern) { expected.push(pattern); }

export function fail(text) { throw new Error(text); }
export function equal(wanted, got, what) {
  const [left, right] = [wanted, got].map((value) => JSON.stringify(value));
  if (left !== right) fail(`${what}: ${right}, not ${left}`);
}

function note(text) {
  if (!expected.some((pattern) => pattern.test(text))) problems.push(text);
}

/* Everything of a page that nobody should see is noted. */
export async function watch(page, note) {
  page.on("pageerror", (error) => note(`error of a script: ${error}`));
  page.on("console", (message) => { if (message.type() === "error") note(`error on the console: ${message.text()}`); });
  page.on("dialog", (dialog) => { note(`a dialog of the browser: ${dialog.message()}`); dialog.dismiss(); });
  await page.exposeFunction("noteViolation", (text) => note(`the policy was violated: ${text}`));
  await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => {
    window.noteViolation(`${event.violatedDirective} ${event.blockedURI}`);
  }));
}

let browser;

export async function launch() {
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return browser ||= await chromium.launch({ executablePath: process.env.LEFT4ME_CHROMIUM, args });
}

/* A window of its own cookies. `options` go to the browser; `at` is the address when it is not the service's own. */
export async function open(options = {}, at = service.address) {
  const context = await (await launch()).newContext({ baseURL: `http://${at}`, ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  context.on("page", (page) => { if (options.javaScriptEnabled !== false) page.watched = watch(page, note); });
  const page = await context.newPage();
  await page.watched;
  return page;
}

export async function logIn(page) {
  await page.goto("/login");
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(service.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
}

/* Wait until a question asked again and again is answered with yes. */
export async function until(what, question) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    if (await question()) return;
    if (Date.now() > deadline) fail(`waited in vain for ${what}`);
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
  }
}

/* The lines of the page's log. */
export const lines = (page) => page.locator("#log .line").allTextContents();

export async function sees(page, text) { await page.getByText(text).first().waitFor(); }

/* Wait until the status box says so. */
export async function state(page, word) { await page.locator(".status .badge", { hasText: word }).waitFor(); }

/* Lets a script go on that waits for a file of its overlay's directory. */
export function letGo(page, name) {
  writeFileSync(`${service.root}/overlays/${page.url().match(/overlays\/(\d+)/)[1]}/${name}`, "");
}

/* The things a person does again and again. */
export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const heading = (page, name) => page.getByRole("heading", { name, level: 1, exact: true }).waitFor();
/* The code editor that takes the place of a textarea once it is there. */
export const editor = (page, name) => page.locator(".cm-content").and(page.getByLabel(name));
export const box = (page) => page.locator("dialog[open]");

export async function makeOverlay(page, name, script) {
  await page.getByRole("link", { name: "Overlays", exact: true }).first().click();
  await page.getByRole("link", { name: "New overlay" }).click();
  await box(page).getByLabel("Name").fill(name);
  await editor(page, "Script").fill(script);
  await button(page, "Create and build").click();
  await heading(page, name);
}

export async function makeBlueprint(page, name, overlays, config) {
  await page.getByRole("link", { name: "Blueprints", exact: true }).click();
  await page.getByRole("link", { name: "New blueprint" }).click();
  await box(page).getByLabel("Name").fill(name);
  await button(page, "Create the blueprint").click();
  for (const overlay of overlays) {
    await page.getByLabel("Add an overlay").selectOption({ label: overlay });
    await button(page, "Add").click();
    await page.locator(".layers").getByText(overlay).waitFor();
  }
  for (const tick of await page.getByLabel("run its server.cfg").all()) await tick.check();
  await page.getByLabel("Arguments").fill("+map c1m1_hotel\n-standin-chatter 50");
  await editor(page, "Config").fill(config || "sv_contact browser");
  await button(page, "Save").click();
  await sees(page, "Saved.");
}

export async function makeServer(page, name, blueprint) {
  await page.getByRole("link", { name: "Servers", exact: true }).click();
  await page.getByRole("link", { name: "New server" }).click();
  await box(page).getByLabel("Name", { exact: true }).fill(name);
  await box(page).getByLabel("Blueprint").selectOption({ label: blueprint });
  await button(page, "Create the server").click();
  await heading(page, name);
}

export async function confirm(page, opener, text, answer) {
  await button(page, opener).click();
  await box(page).getByText(text).waitFor();
  await button(box(page), answer).click();
}

/* A way to the service that can be cut: {address, cut(), refuse(boolean), streams() open now, close()}. */
export async function proxy() {
  const [host, port] = service.address.split(":"), open = new Set(), streams = new Set();
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return near.destroy();
    const far = createConnection(Number(port), host);
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      from.on("error", () => {}).on("close", () => { open.delete(from); to.destroy(); });
      from.pipe(to);
    }
    far.on("data", (head) => {
      if (streams.has(far) || !head.includes("text/event-stream")) return;
      streams.add(far);
      far.on("close", () => streams.delete(far));
    });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    address: `127.0.0.1:${server.address().port}`,
    cut: () => { for (const socket of open) socket.destroy(); },
    refuse: (value) => { refusing = value; },
    streams: () => streams.size,
    close: () => { server.close(); for (const socket of open) socket.destroy(); },
  };
}

/* Run one flow; prints why it failed. */
export async function run(flow) {
  try {
    await flow();
    if (problems.length > 0) fail(problems.join("\n"));
  } catch (error) {
    console.log(error.stack, problems.length > 0 ? `\nalso: ${problems.join("\n")}` : "");
    for (const page of browser?.contexts().flatMap((context) => context.pages()) || []) {
      const text = await page.locator("body").innerText({ timeout: 1000 }).catch(String);
      console.log(`${page.url()} shows:\n${text.slice(0, 2000)}`);
    }
    process.exitCode = 1;
  } finally {
    await browser?.close();
    process.exit();
  }
}
