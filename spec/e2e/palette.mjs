// The command palette as people use it: node palette.mjs FLOW ADDRESS ROOT.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import {
  box, button, equal, fail, heading, launch, logIn, makeBlueprint, makeServer, open, run, sees, service, state, until,
} from "./browser_tools.mjs";

const require = createRequire(`${process.env.LEFT4ME_NODE_MODULES}/`);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/* The open dialog, or another part, keeps the rules of WCAG that a program can judge. */
async function judge(page, part = "dialog[open]") {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (selector) => (await window.axe.run(selector)).violations, part);
  equal([], found.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`), "what axe finds");
}

const options = (page) => box(page).getByRole("option").allTextContents();
const picture = async (page, name) => {
  const folder = process.env.LEFT4ME_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/palette-${name}.png` });
};

/* Type into the open palette, and wait for what is first in its list then. */
async function find(page, text, first) {
  await box(page).getByRole("combobox").fill(text);
  await until(`${first} for ${text}`, async () => ((await options(page))[0] || "").startsWith(first));
}

const chosen = (page) => page.evaluate(() => {
  const field = document.querySelector("dialog[open] [role=combobox]");
  return document.getElementById(field.getAttribute("aria-activedescendant"))?.querySelector("bdi").textContent;
});

async function keyboard() {
  const page = await open({ viewport: { width: 1440, height: 900 } });
  await logIn(page);
  await makeBlueprint(page, "Palette", []);
  await makeServer(page, "Keys <b>", "Palette");
  await page.goto("/jobs");
  await makeServer(page, "Other", "Palette");
  await page.goto("/profile");
  await page.getByRole("link", { name: "Jobs", exact: true }).focus();
  await page.keyboard.press("/");
  await until("the pages", async () => (await options(page))[0]?.startsWith("Overview"));
  await picture(page, "pages");
  await page.keyboard.type("keys");
  await until("the server", async () => await chosen(page) === "Keys <b>");
  await page.keyboard.press("ArrowDown");
  equal("Start the server: Keys <b>", await chosen(page), "the next one");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  equal((await options(page)).length - 1, await page.evaluate(() => {
    return [...document.querySelectorAll("dialog[open] [role=option]")].findIndex((one) => one.ariaSelected === "true");
  }), "the last one before the first");
  await picture(page, "found");
  await judge(page);
  await page.keyboard.press("Escape");
  equal(0, await box(page).count(), "open dialogs");
  equal("Jobs", await page.evaluate(() => document.activeElement.textContent), "the focus where it was");

  await page.keyboard.press("Control+k");
  await find(page, "start keys", "Start the server: Keys <b>");
  await page.keyboard.press("Enter");
  await heading(page, "Keys <b>");
  await state(page, "running");

  await page.keyboard.press("Control+k");
  await box(page).getByRole("combobox").fill("zzz qqq");
  await sees(box(page), "Nothing found");
  await judge(page);
  await find(page, "delete other", "Delete the server: Other");
  await page.keyboard.press("Enter");
  await heading(page, "Delete the server?");
  await sees(page, "Delete “Other”?");
  await page.getByRole("link", { name: "No, leave it" }).click();
  await heading(page, "Other");

  await page.goto("/overlays/new");
  await page.getByLabel("Name").fill("");
  await page.getByLabel("Name").press("/");
  equal("/", await page.getByLabel("Name").inputValue(), "what was typed into a field");
  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("Control+k");
  await box(page).getByRole("checkbox", { name: "Opens with / too" }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  equal(0, await box(page).count(), "boxes that / opens once it is switched off");
  equal(0, await box(page).count(), "dialogs opened by typing");

  await page.keyboard.press("Control+k");
  await find(page, "stop keys", "Stop the server: Keys <b>");
  await page.keyboard.press("Enter");
  await state(page, "stopped");
}

async function touch() {
  const page = await open({ viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true, colorScheme: "dark" });
  await logIn(page);
  await page.getByRole("link", { name: "Find", exact: true }).tap();
  await until("the pages", async () => (await options(page))[0]?.startsWith("Overview"));
  await find(page, "ove", "Overview");
  await picture(page, "375-dark");
  await judge(page);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 375) fail(`the page is ${wide} px wide`);
  await find(page, "jobs", "Jobs");
  await box(page).getByRole("option").first().tap();
  await heading(page, "Jobs");
  await page.getByRole("link", { name: "Find", exact: true }).tap();
  await button(box(page), "Close").tap();
  equal(0, await box(page).count(), "open dialogs");
  await page.goto("/palette?q=e");
  await judge(page, "html");
  await picture(page, "page-375-dark");
}

async function without_javascript() {
  const page = await open({ javaScriptEnabled: false });
  await page.goto("/login");
  await page.getByLabel("User name").fill("admin");
  await page.getByLabel("Password").fill(service.password);
  await button(page, "Log in").click();
  await page.getByRole("link", { name: "Find", exact: true }).click();
  await page.getByLabel("A page, an object or an action").fill("new blueprint");
  await button(page, "Find").click();
  await picture(page, "page");
  await page.getByRole("link", { name: "New blueprint" }).click();
  await heading(page, "New blueprint");
}

await launch();
await run({ keyboard, touch, without_javascript }[process.argv[2]] || (() => fail("no such flow")));
