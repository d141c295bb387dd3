// First contentful paint and bytes of pages: node paint.mjs paint ADDRESS ROOT PLAN RESULT.
// PLAN is JSON: {pages: [{name, path}], rounds}; RESULT gets {name: {first: [ms], next: [ms], packed, plain}}: in a new
// window with nothing cached (the browser starts a process for it), and once more in that window, with what it has cached.
import { readFileSync, writeFileSync } from "node:fs";
import { launch, logIn, open, service } from "../e2e/browser_tools.mjs";

/* In the page: when something was seen first, and what came over the wire for it. */
async function observe() {
  const paint = await new Promise((done) => new PerformanceObserver((list) => {
    const [entry] = list.getEntriesByName("first-contentful-paint");
    if (entry) done(entry.startTime);
  }).observe({ type: "paint", buffered: true }));
  const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const sum = (field) => entries.reduce((total, entry) => total + entry[field], 0);
  return { paint, packed: sum("encodedBodySize"), plain: sum("decodedBodySize") };
}

const plan = JSON.parse(readFileSync(process.argv[5], "utf8")), results = {};
const browser = await launch();
const first = await open();
await logIn(first);
const storageState = await first.context().storageState();
async function paintOf(page, path) {
  await page.goto(path, { waitUntil: "load" });
  return page.evaluate(observe);
}

for (let round = 0; round < plan.rounds; round++) {
  for (const { name, path } of plan.pages) {
    const context = await browser.newContext({ baseURL: `http://${service.address}`, storageState });
    const page = await context.newPage();
    const result = results[name] ||= { first: [], next: [] };
    const { paint, packed, plain } = await paintOf(page, path);
    result.first.push(paint);
    Object.assign(result, { packed, plain });
    await page.goto("/profile", { waitUntil: "load" });
    result.next.push((await paintOf(page, path)).paint);
    await context.close();
  }
}
writeFileSync(process.argv[6], JSON.stringify(results));
await browser.close();
process.exit();
