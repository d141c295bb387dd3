// Looks at every page as people and machines do: node tour.mjs tour ADDRESS ROOT PLAN RESULT.
// PLAN is JSON: {pages: [{name, path, role, status}], users: {role: name}}; RESULT gets {name: [what is wrong]}.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { DEADLINE_MS, fail, launch, service, watch } from "./browser_tools.mjs";

const require = createRequire(`${process.env.LEFT4ME_NODE_MODULES}/`);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const WIDTHS = { 375: 812, 768: 1024, 1440: 900 };
const TABS = 3, MOST_SHIFT = 0.05;
const PICTURES = process.env.LEFT4ME_SCREENSHOTS;
const plan = JSON.parse(readFileSync(process.argv[5], "utf8"));

const opened = new Set();

const size = (width) => ({ width: Number(width), height: WIDTHS[width] });

/* In the page: the sum of layout shifts, and a promise of a moment in which nothing moves. */
function measure() {
  window.shift = 0;
  let last = performance.now();
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (!entry.hadRecentInput) window.shift += entry.value;
      last = performance.now();
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver(() => { last = performance.now(); }).observe({ type: "resource", buffered: true });
  const QUIET_MS = 150, MOST_MS = 1500;
  window.quiet = () => new Promise((done) => {
    const look = () => {
      const now = performance.now();
      if (now - last > QUIET_MS || now > MOST_MS) done(); else setTimeout(look, 20);
    };
    requestAnimationFrame(look);
  });
}

/* In the page: what is wider than it, images without a size, what a hostile name did. */
function inspect() {
  const found = [], root = document.documentElement, most = root.clientWidth;
  if (root.scrollWidth > most) {
    const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > most + 1);
    const names = wide.slice(-3).map((one) => `${one.tagName.toLowerCase()}.${one.className}`);
    found.push(`is ${root.scrollWidth - most} px too wide: ${names.join(", ")}`);
  }
  for (const image of document.querySelectorAll("img[src]")) {
    if (!image.hasAttribute("width") || !image.hasAttribute("height")) found.push(`${image.src} has no size`);
    if (image.complete && image.naturalWidth === 0) found.push(`${image.src} shows nothing`);
  }
  if (window.pwned !== undefined) found.push("ran what a name said");
  if (!/^[a-z]{2}$/.test(root.lang)) found.push(`has the language "${root.lang}"`);
  return found;
}

async function judge(page, scope) {
  const found = await page.evaluate(async ([selector, tags]) => {
    const options = { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] };
    const result = await window.axe.run(selector ? { include: [selector] } : document, options);
    return result.violations.map(({ id, nodes }) => {
      const [first] = nodes;
      const why = first.failureSummary.replace(/\s+/g, " ").slice(0, 240);
      return `${id} (${nodes.length}×): ${first.html.slice(0, 160)} ${why}`;
    });
  }, [scope, TAGS]);
  return found;
}

class Visit {
  constructor(tab, stop) {
    this.tab = tab;
    this.page = tab.page;
    this.stop = stop;
    this.problems = new Set();
    tab.note = (text) => {
      if (!(stop.status >= 400 && text.includes(`status of ${stop.status}`))) this.problems.add(text);
    };
  }

  add(where, texts) { for (const text of texts) this.problems.add(`${where}: ${text}`); }

  async load(width, colorScheme) {
    await this.page.setViewportSize(size(width));
    await this.page.emulateMedia({ colorScheme });
    this.tab.streams = 0;
    const answer = await this.page.goto(this.stop.path, { waitUntil: "load" });
    const wanted = this.stop.status || 200;
    if (answer.status() !== wanted) this.add("status", [`${answer.status()}, not ${wanted}`]);
    await this.page.evaluate(() => window.quiet());
    if (this.tab.streams > 1) this.add("streams", [`opens ${this.tab.streams} of them`]);
    const shift = await this.page.evaluate(() => window.shift);
    if (shift >= MOST_SHIFT) this.add(`${width} px`, [`jumps: its layout shift is ${shift.toFixed(3)}`]);
  }

  async look(width, colorScheme) {
    await this.page.setViewportSize(size(width));
    await this.page.emulateMedia({ colorScheme });
    this.add(`${width} px`, await this.page.evaluate(inspect));
    if (PICTURES && !this.stop.german) await this.picture(`${width}.${colorScheme}`, true);
  }

  picture(name, fullPage) {
    return this.page.screenshot({ path: `${PICTURES}/${this.stop.name}.${name}.png`, fullPage });
  }

  async check(width, colorScheme) {
    await this.page.evaluate(() => { for (const one of document.querySelectorAll("details")) one.open = true; });
    await this.page.evaluate(AXE);
    this.add(`${width} px, all open`, await this.page.evaluate(inspect));
    this.add(`axe, ${colorScheme}`, await judge(this.page, null));
    await this.dialogs(width, colorScheme);
  }

  /* Every box that a button opens, each once on a route. */
  async dialogs(width, colorScheme) {
    const openers = this.page.locator("[data-dialog], form[data-confirm] button");
    for (const opener of await openers.all()) {
      if (!await opener.isVisible()) continue;
      const box = await opener.getAttribute("data-dialog") || "question";
      const once = `${this.stop.route} ${box} ${colorScheme}`;
      if (opened.has(once)) continue;
      opened.add(once);
      await opener.click();
      const shown = this.page.locator("dialog[open]");
      await shown.waitFor();
      this.add(`box ${box}, ${width} px`, await this.page.evaluate(inspect));
      this.add(`axe, box ${box}, ${colorScheme}`, await judge(this.page, "dialog[open]"));
      if (PICTURES) await this.picture(`${box}.${width}.${colorScheme}`, false);
      await this.page.keyboard.press("Escape");
      await shown.waitFor({ state: "detached" });
    }
  }

  /* Wide and light, then narrow and dark; the other widths and themes too when there shall be pictures. */
  async run() {
    for (const [first, colorScheme, others] of [["1440", "light", ["768", "375"]], ["375", "dark", ["768", "1440"]]]) {
      await this.load(first, colorScheme);
      await this.look(first, colorScheme);
      for (const width of PICTURES || colorScheme === "light" ? others : []) await this.look(width, colorScheme);
      await this.page.setViewportSize(size(first));
      await this.check(first, colorScheme);
    }
  }

  /* In German: the same page, no wider, in that language. */
  async runGerman() {
    await this.load("375", "light");
    await this.look("375", "light");
    await this.look("768", "light");
    const language = await this.page.evaluate(() => document.documentElement.lang);
    if (language !== "de") this.add("German", [`the page says it is in "${language}"`]);
  }
}

async function tabOf(browser, options) {
  const baseURL = `http://${service.address}`;
  const context = await browser.newContext({ baseURL, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(DEADLINE_MS);
  await context.addInitScript(measure);
  const tab = { page: await context.newPage(), note: () => {}, streams: 0 };
  tab.page.on("request", (request) => { if (new URL(request.url()).pathname === "/events") tab.streams += 1; });
  await watch(tab.page, (text) => tab.note(text));
  tab.page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== "net::ERR_ABORTED") tab.note(`request failed: ${request.url()} ${reason}`);
  });
  return tab;
}

async function cookies(browser, username) {
  const context = await browser.newContext({ baseURL: `http://${service.address}` });
  const page = await context.newPage();
  await page.goto("/login");
  await page.locator("[name=username]").fill(username);
  await page.locator("[name=password]").fill(service.password);
  await page.locator("main form button").first().click();
  await page.waitForURL((url) => url.pathname !== "/login");
  const state = await context.storageState();
  await context.close();
  return state;
}

const results = {};

/* One of several tabs: takes the next stop until there is none. */
async function walk(browser, states, queue) {
  const tabs = {};
  for (let stop = queue.shift(); stop; stop = queue.shift()) {
    const locale = stop.german ? "de" : "en", key = `${stop.role} ${locale}`;
    tabs[key] ||= await tabOf(browser, { storageState: states[stop.role], locale });
    const visit = new Visit(tabs[key], stop);
    await (stop.german ? visit.runGerman() : visit.run()).catch((error) => visit.problems.add(String(error.stack)));
    results[stop.name] = [...visit.problems];
  }
}

function contactSheet() {
  const rows = plan.pages.map(({ name, path }) => `<h2>${name}</h2>` + Object.keys(WIDTHS).flatMap((width) =>
    ["light", "dark"].map((theme) => `${name}.${width}.${theme}.png`)).map((file) =>
    `<a href="${file}"><img src="${file}" height="420" loading="lazy" alt="${path}"></a>`).join("\n"));
  writeFileSync(`${PICTURES}/index.html`, `<!doctype html><title>Every page</title>${rows.join("\n")}`);
}

const browser = await launch();
try {
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });
  const states = { nobody: undefined };
  for (const [role, username] of Object.entries(plan.users)) states[role] = await cookies(browser, username);
  const routes = new Set(); // one example of a route has all its words
  const isFirst = ({ route, role }) => !routes.has(`${route} ${role}`) && routes.add(`${route} ${role}`);
  const german = plan.pages.filter(isFirst).map((stop) => ({ ...stop, german: true, name: `${stop.name}, German` }));
  const queue = [...plan.pages, ...german];
  if (queue.length === 0) fail("no pages");
  await Promise.all(Array.from({ length: TABS }, () => walk(browser, states, queue)));
  if (PICTURES) contactSheet();
  writeFileSync(process.argv[6], JSON.stringify(results));
} finally {
  await browser.close();
}
