// A blueprint composed as a person does it: node blueprints.mjs FLOW ADDRESS ROOT BLUEPRINT.
import { button, editor, equal, expectErrors, fail, heading, logIn, open, run, sees, until } from "./browser_tools.mjs";

const PATH = `/blueprints/${process.argv[5]}`;
const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1440, height: 900 } };

const order = async (page) => (await page.locator(".layers li a").allTextContents()).join(" ");
const inOrder = (page, wanted) => until(`the order ${wanted}`, async () => await order(page) === wanted);
const preview = (page) => page.locator("#preview pre").innerText();
const previews = (page, pattern) => until(`a preview like ${pattern}`, async () => pattern.test(await preview(page)));
const spoken = (page) => page.locator("#said").textContent();
const said = (page, text) => until(`"${text}"`, async () => (await spoken(page)).startsWith(text));
const tick = (page, id) => page.locator(`#overlay-${id}`).getByRole("checkbox").check();
const handle = (page, name) => page.getByRole("button", { name: `Move ${name}: drag` });
const status = (page, text) => page.locator("#saved", { hasText: text }).waitFor();
const focus = (page, name) => until(`the focus on "${name}"`, () => page.evaluate((text) => document.activeElement.textContent === text, name));
const mark = (page) => page.evaluate(() => { window.stayed = true; });
async function stayed(page) { equal(true, await page.evaluate(() => window.stayed), "the page was not left"); }

/* The blueprint's page, as it was before any flow: "a b c d", nothing else. */
async function visit(options) {
  const page = await open(options);
  await logIn(page);
  await page.goto(PATH);
  return page;
}

async function save(page) {
  await button(page, "Save").last().click();
  await status(page, "Saved.");
}

async function middle(locator) {
  const box = await locator.boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/* Put the mouse down on a handle and move it onto the place of another. */
async function drag(page, name, onto) {
  await handle(page, name).scrollIntoViewIfNeeded();
  const from = await middle(handle(page, name)), to = await middle(handle(page, onto));
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 8 });
}

/* The same with a finger. */
async function swipe(page, name, onto) {
  await handle(page, name).scrollIntoViewIfNeeded();
  const from = await middle(handle(page, name)), to = await middle(handle(page, onto));
  const finger = await page.context().newCDPSession(page);
  const touch = (type, touchPoints) => finger.send("Input.dispatchTouchEvent", { type, touchPoints });
  await touch("touchStart", [from]);
  for (let i = 1; i <= 8; i++) await touch("touchMove", [{ x: from.x, y: from.y + (to.y - from.y) * i / 8 }]);
  await touch("touchEnd", []);
}

const flows = {
  async mouse() {
    const page = await visit(DESK);
    await mark(page);
    await drag(page, "d", "a");
    await page.mouse.up();
    await inOrder(page, "d a b c");
    await said(page, "d moved to position 1 of 4");
    await status(page, "Not saved yet");
    await drag(page, "d", "c");
    await inOrder(page, "a b c d");
    await page.keyboard.press("Escape");
    await page.mouse.up();
    await inOrder(page, "d a b c");
    await tick(page, 3);
    await tick(page, 4);
    await previews(page, /^exec server_overlay_3\nexec server_overlay_4\nhostname/);
    await save(page);
    await stayed(page);
    await page.reload();
    await inOrder(page, "d a b c");
  },

  async touch() {
    const page = await visit(PHONE);
    await swipe(page, "a", "c");
    await inOrder(page, "b c a d");
    await said(page, "a moved to position 3 of 4");
    await button(page, "Move a up").click(); // Chromium takes no tap right after a swipe
    await inOrder(page, "b a c d");
    await save(page);
  },

  async keyboard() {
    const page = await visit(PHONE);
    const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
    const focused = () => page.evaluate(() => document.activeElement.ariaLabel);
    await mark(page);
    await handle(page, "d").focus();
    await press("Space");
    await said(page, "d held, position 4 of 4");
    await press("ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp");
    await inOrder(page, "d a b c");
    await press("Escape");
    await inOrder(page, "a b c d");
    await said(page, "d is back at position 4 of 4");
    await press("Space", "ArrowUp", "Space");
    await inOrder(page, "a b d c");
    await button(page, "Move a down").focus();
    await press("Enter");
    await inOrder(page, "b a d c");
    equal("Move a down", await focused(), "the focus stays");
    await button(page, "Take d out").focus();
    await press("Enter");
    await inOrder(page, "b a c");
    equal("Take c out", await focused(), "the focus goes on");
    await page.getByLabel("Find an overlay").focus();
    await page.keyboard.type("MANY 1");
    await said(page, "11 overlays match");
    await press("ArrowDown", "ArrowDown", "Enter");
    await inOrder(page, "b a c many 10");
    await page.keyboard.type("many 9");
    await press("Enter");
    await inOrder(page, "b a c many 10 many 9");
    await page.keyboard.type("many 7"); // found, but not added
    await press("Control+s");
    await status(page, "Saved.");
    equal("", await page.evaluate(() => document.activeElement.dataset.find), "the focus stays");
    await stayed(page);
    await page.reload();
    await inOrder(page, "b a c many 10 many 9");
  },

  async typing() {
    expectErrors(/status of 422|a dialog of the browser/);
    const page = await visit(DESK);
    await mark(page);
    await editor(page, "Config").fill('sv_tags "x"');
    await previews(page, /^sv_tags "x"\nhostname "admin runs"\nrcon_password "•+"\n$/);
    await page.getByLabel("Hostname of").selectOption({ label: "runs too" });
    await previews(page, /hostname "Another one"/);
    await editor(page, "Config").fill('say "open');
    await sees(page, "Not up to date");
    equal("true", await editor(page, "Config").getAttribute("aria-invalid"), "the field is marked");
    await page.getByLabel("Name", { exact: true }).fill("Renamed");
    await editor(page, "Config").focus();
    await page.keyboard.press("Control+s");
    await status(page, "Some values cannot be used.");
    await editor(page, "Config").fill("sv_region 3");
    await previews(page, /^sv_region 3\n/);
    const at = await page.evaluate(() => scrollY);
    await page.keyboard.press("Control+s");
    await status(page, "Saved.");
    await heading(page, "Renamed");
    equal("Config", await page.evaluate(() => document.activeElement.ariaLabel), "the focus stays");
    equal(at, await page.evaluate(() => scrollY), "the page does not scroll");
    await stayed(page);
    await page.getByLabel("Arguments").fill("-typed");
    await page.getByRole("link", { name: "Jobs" }).click();
    await stayed(page);
    await page.getByRole("link", { name: "Discard" }).click();
    await until("what was saved", async () => await page.getByLabel("Arguments").inputValue() === "");
    equal("sv_region 3", await page.locator("[name=config]").inputValue(), "what was saved");
  },

  async elsewhere() {
    expectErrors(/status of 409/);
    const page = await visit(DESK), other = await page.context().newPage();
    await other.goto(PATH);
    await page.getByLabel("Arguments").fill("-mine");
    await other.getByLabel("Name", { exact: true }).fill("Theirs");
    await save(other);
    await status(page, "Changed elsewhere meanwhile");
    equal("-mine", await page.getByLabel("Arguments").inputValue(), "what was typed here");
    await mark(page);
    await button(page, "Save").last().click();
    await page.locator("#conflict").getByText("Your version is not saved").waitFor();
    const [theirs] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: "The other version" }).click()]);
    await heading(theirs, "Theirs");
    await theirs.close();
    await other.bringToFront();
    await other.getByLabel("Name", { exact: true }).fill("Theirs again");
    await save(other);
    await button(page, "Save mine anyway").click();
    await focus(page, "Save mine anyway");
    await button(page, "Save mine anyway").click();
    await status(page, "Saved.");
    await focus(page, "Save");
    equal(0, await page.locator("#conflict").count(), "refusals that are over");
    await save(page);
    await stayed(page);
    await status(other, "Changed elsewhere meanwhile");
    await other.getByRole("link", { name: "Discard" }).click();
    await until("what was saved here", async () => await other.getByLabel("Arguments").inputValue() === "-mine");
  },

  /* Someone else saves after this save was stored, and before the page it leads to is made. */
  async between() {
    const page = await visit(DESK), other = await page.context().newPage();
    await other.goto(PATH);
    await page.route((address) => address.pathname === PATH, async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      await other.reload();
      await other.getByLabel("Name", { exact: true }).fill("Theirs");
      await save(other);
      await route.fulfill({ response });
    }, { times: 1 });
    await page.getByLabel("Arguments").fill("-mine");
    await button(page, "Save").last().click();
    await status(page, "Changed elsewhere meanwhile");
    await heading(page, "Theirs");
    expectErrors(/status of 409/);
    await button(page, "Save").last().click();
    await page.locator("#conflict").getByText("Your version is not saved").waitFor();
  },

  async copies() {
    expectErrors(/status of 409/);
    const page = await visit(DESK);
    await button(page, "Duplicate").click();
    await heading(page, "Recipe (copy)");
    await inOrder(page, "a b c d");
    await button(page, "Delete the blueprint…").click();
    await button(page.locator("dialog[open]"), "Delete the blueprint").click();
    await heading(page, "Blueprints");
    equal(0, await page.getByRole("link", { name: "Recipe (copy)" }).count(), "links to the deleted one");
    await page.goto(PATH);
    equal(0, await button(page, "Delete the blueprint…").count(), "buttons that cannot work");
    const refusal = page.locator("section", { hasText: "Not while servers follow it" });
    await refusal.getByRole("link", { name: "runs too" }).click();
    await heading(page, "runs too");
  },

  async without_javascript() {
    const page = await visit({ ...PHONE, javaScriptEnabled: false });
    equal(0, await handle(page, "a").count(), "handles that cannot work");
    await button(page, "Move d up").click();
    await inOrder(page, "a b d c");
    if (!page.url().endsWith("#overlay-4")) fail(`after moving: ${page.url()}`);
    await page.getByLabel("Config").fill("sv_tags typed");
    await tick(page, 4);
    await button(page, "Preview what is not saved").click();
    await previews(page, /^exec server_overlay_4\nsv_tags typed\nhostname/);
    await sees(page, "Not saved yet");
    await page.getByLabel("Config").fill('say "open');
    await button(page, "Preview what is not saved").click();
    await sees(page, "has a quote that is not closed");
    equal('say "open', await page.getByLabel("Config").inputValue(), "what was typed");
    await page.getByRole("link", { name: "Discard" }).click();
    equal("", await page.getByLabel("Config").inputValue(), "what was saved");
    await page.getByLabel("Add an overlay").selectOption({ label: "many 20" });
    await button(page, "Add").click();
    await inOrder(page, "a b d c many 20");
    await button(page, "Take many 20 out").click();
    await inOrder(page, "a b d c");
    await button(page, "Duplicate").click();
    await heading(page, "Recipe (copy)");
  },
};

await run(flows[process.argv[2]] || (() => fail("no such flow")));
