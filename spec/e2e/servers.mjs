// What an owner does with one server in a browser: node servers.mjs FLOW ADDRESS ROOT L4D2CTL.
import { execFileSync } from "node:child_process";
import {
  box, button, confirm, equal, expectErrors, fail, heading, lines, logIn, makeBlueprint, makeServer, open, run, sees,
  service, state, until,
} from "./browser_tools.mjs";

const PHONE = { viewport: { width: 375, height: 812 } };
const L4D2CTL = process.argv[5];
const link = (page, name) => page.getByRole("link", { name, exact: true });

async function makeRunning(page, name, args) {
  await makeBlueprint(page, `Recipe of ${name}`, []);
  await page.getByLabel("Arguments").fill(`+map c1m1_hotel\n${args}`);
  await button(page, "Save").click();
  await sees(page, "Saved.");
  await makeServer(page, name, `Recipe of ${name}`);
  await button(page, "Start").click();
  await state(page, "running");
}

const idOf = (page) => page.url().match(/servers\/(\d+)/)[1];

async function openSettings(page) {
  await page.locator("#settings summary").click();
}

const flows = {
  async form_out_of_reach() {
    expectErrors(/net::ERR_|htmx:/);
    const page = await open();
    await logIn(page);
    await makeBlueprint(page, "Late", []);
    await page.goto("/servers");
    const away = (route) => route.abort();
    await page.route("**/servers/new?part=live", away);
    await link(page, "New server").click();
    await box(page).getByRole("link", { name: "Open the form" }).waitFor();
    await page.keyboard.press("Escape");
    await page.unroute("**/servers/new?part=live", away);
    await link(page, "New server").click();
    const name = box(page).getByLabel("Name", { exact: true });
    await until("the form to be there to type", () => name.evaluate((field) => field === document.activeElement));
    equal("Servers · left4me", await page.title(), "the title of the page");
  },

  async players() {
    const page = await open(PHONE);
    await logIn(page);
    await makeRunning(page, "Full house", "-standin-players 3\n-standin-bots 1");
    await page.locator(".status .glance", { hasText: /[1-3]\/8 playing on c1m1_hotel 1 bot/ }).waitFor();
    await page.locator(".players tbody tr", { hasText: "Coach" }).waitFor();
    await until("people beside the bot", async () => await page.locator(".players tbody tr").count() > 1);
    equal(0, await page.locator(".players *:is(script, img, b)").count(), "foreign elements among players");
    for (const path of ["/servers", "/"]) {
      await page.goto(path);
      await page.locator("td.glance", { hasText: /[0-3]\/8/ }).first().waitFor();
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fail(`${path} is too wide`);
    }
    await link(page, "Full house").first().click();
    await heading(page, "Full house");
    await button(page, "Stop").click();
    await state(page, "stopped");
    await sees(page, "Players appear here once the server runs.");
    equal(0, await page.locator(".status .glance").count(), "glances at a stopped server");
  },

  async connect_and_secret() {
    const page = await open(PHONE);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await logIn(page);
    await makeRunning(page, "Private", "-standin-chatter 500");
    const line = await page.locator("#connect").innerText();
    if (!/^connect 127\.0\.0\.1:\d+$/.test(line)) fail(line);
    await button(page, "Copy").click();
    await button(page, "Copied").waitFor();
    equal(line, await page.evaluate(() => navigator.clipboard.readText()), "what was copied");
    equal(`steam://connect/${line.slice(8)}`, await link(page, "Join in Steam").getAttribute("href"), "the link");
    const password = page.locator("#rcon-password");
    equal(0, await password.count(), "passwords nobody asked for");
    await link(page, "Show").click();
    await password.waitFor();
    const before = await password.innerText();
    await link(page, "Hide").click();
    await link(page, "Show").waitFor();
    equal(false, (await page.content()).includes(before), "the hidden password in the page");
    await confirm(page, "Change…", "The old one is lost", "Change the password");
    await sees(page, "The RCON password is changed.");
    await link(page, "Show").click();
    await password.waitFor();
    if (await password.innerText() === before) fail("the password is the same");
    await sees(page, "It runs with older settings");
    await button(page, "Restart to apply them").click();
    await button(box(page), "Restart the server").click();
    await sees(page, "Start succeeded");
    await state(page, "running");
    await until("nothing left to apply", async () => await page.getByText("older settings").count() === 0);
    await link(page, "Jobs").last().click();
    const kinds = () => page.locator("#more tbody td:first-child").allInnerTexts();
    await until("the jobs", async () => (await kinds()).join() === "Start,Stop,Start");
  },

  async rename() {
    const page = await open();
    await logIn(page);
    await makeBlueprint(page, "Plain", []);
    await makeServer(page, "Before", "Plain");
    await openSettings(page);
    await page.locator("#settings").getByLabel("Name", { exact: true }).fill("After <b>");
    await confirm(page, "Rename…", "Players see “admin Before”, at least until its next start.", "Leave it");
    await heading(page, "Before");
    await confirm(page, "Rename…", "No file is lost", "Rename the server");
    await heading(page, "After <b>");
    await sees(page, "admin After <b>");
    const plain = await open({ javaScriptEnabled: false });
    await logIn(plain);
    await plain.goto(page.url().split("?")[0]);
    await openSettings(plain);
    await plain.locator("#settings").getByLabel("Name", { exact: true }).fill("Without a script");
    await button(plain, "Rename…").click();
    await sees(plain, "No file is lost");
    await button(plain, "Rename the server").click();
    await heading(plain, "Without a script");
    await link(plain, "Show").click();
    await plain.locator("#rcon-password").waitFor();
    equal(false, await button(plain, "Copy").isVisible(), "a button that needs a script is seen");
    await link(plain, "Back to the server").click();
    await heading(plain, "Without a script");
  },

  async repair() {
    const page = await open(PHONE);
    await logIn(page);
    await makeRunning(page, "Drifting", "-standin-chatter 500");
    execFileSync(L4D2CTL, ["--root", service.root, "stop", idOf(page)]);
    await state(page, "stopped");
    await sees(page, "It should be running but is stopped.");
    equal(0, await button(page, "Start").count(), "other buttons that start it");
    await link(page, "left4me").click();
    await heading(page, "Overview");
    await page.locator(".broken", { hasText: "Drifting" }).waitFor();
    await button(page, "Repair: start it").click();
    await heading(page, "Drifting");
    await state(page, "running");
    equal(0, await page.getByText("It should be").count(), "warnings of drift");
    await until("output of the new run", async () => (await lines(page)).length > 3);
  },
};

await run(flows[process.argv[2]] || (() => fail("no such flow")));
