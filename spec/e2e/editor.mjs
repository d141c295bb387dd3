// The code editor as people use it, with keys, a mouse, and without JavaScript: node editor.mjs FLOW ADDRESS ROOT.
import {
  box, button, editor, equal, heading, logIn, makeBlueprint, makeOverlay, open, run, sees, state, until,
} from "./browser_tools.mjs";

const field = (page, name) => page.locator(`textarea[name=${name}]`);
const hint = (page) => page.locator(".editor > .hint");
const focused = (page, selector) => page.evaluate((wanted) => document.activeElement.matches(wanted), selector);

async function completes(page) {
  const config = editor(page, "Config");
  await config.fill("");
  await page.evaluate(() => {
    window.inputs = 0;
    document.querySelector("[name=config]").form.addEventListener("input", () => { window.inputs += 1; });
  });
  await config.pressSequentially("sv_steamgr");
  const choice = page.getByRole("option", { name: /^sv_steamgroup_exclusive/ });
  await choice.getByText("only members of the group").waitFor();
  await until("the second choice", async () => { // keys just after the list came are still the text's
    await page.keyboard.press("ArrowDown");
    return await choice.getAttribute("aria-selected");
  });
  await page.keyboard.press("Enter");
  await config.pressSequentially(' 1 // for us\nhostname "a; z_ta');
  await until("no list inside a text", async () => await page.getByRole("listbox").count() === 0);
  await config.pressSequentially('nk"\nz_tank_h');
  await page.getByRole("option", { name: /^z_tank_health.*sv_cheats/ }).click();
  await config.pressSequentially(" 9000;  ");
  if (await page.evaluate(() => window.inputs) < 20) throw new Error("changes were not told");
  return 'sv_steamgroup_exclusive 1 // for us\nhostname "a; z_tank"\nz_tank_health 9000;  ';
}

async function leavesByKeyboard(page) {
  const script = editor(page, "Script"), keys = page.keyboard;
  await page.getByRole("link", { name: "left4me" }).focus();
  for (let i = 0; i < 40 && !await focused(page, ".cm-content"); i++) await keys.press("Tab");
  equal(true, await focused(page, ".cm-content"), "the editor is reached with Tab");
  await keys.press("Tab");
  equal(false, await focused(page, ".cm-content"), "who comes by Tab goes on by Tab");
  await keys.press("Shift+Tab");
  await keys.press("ArrowDown");
  await keys.press("Tab");
  equal("first\n  second", await field(page, "script").inputValue(), "Tab indents from then on");
  equal(true, (await hint(page).innerText()).includes("Esc"), "the way out is told");
  await keys.press("Escape");
  await sees(page, "Tab leaves the editor now.");
  await keys.press("Shift+Tab");
  equal(false, await focused(page, ".cm-content"), "Escape, then Tab leaves");
  await script.click();
  await keys.press("Control+End");
  await keys.press("Tab");
  equal("first\n    second", await field(page, "script").inputValue(), "after a click Tab indents");
}

const flows = {
  async writes() {
    const page = await open();
    await logIn(page);
    await makeBlueprint(page, "Edited", []);
    const wanted = await completes(page);
    equal(wanted, await field(page, "config").inputValue(), "the field while typing");
    await page.keyboard.press("Control+s");
    await sees(page, "Saved.");
    await page.reload();
    await editor(page, "Config").waitFor();
    equal(wanted.trimEnd(), (await field(page, "config").inputValue()).trimEnd(), "the field after saving");
    await page.keyboard.press("Tab");
    await editor(page, "Config").click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("x");
    equal("x", await field(page, "config").inputValue(), "what is typed over everything");
    await page.keyboard.press("Control+z");
    equal(wanted.trimEnd(), (await field(page, "config").inputValue()).trimEnd(), "the field after taking it back");
  },

  async keyboard() {
    const page = await open();
    await logIn(page);
    await page.goto("/overlays");
    await page.getByRole("link", { name: "New overlay" }).click();
    await editor(page, "Script").click();
    await page.keyboard.type("echo kept");
    await page.keyboard.press("Escape");
    equal("echo kept", await field(page, "script").inputValue(), "the text after Escape in a dialog");
    equal(1, await box(page).count(), "dialogs after the first Escape");
    await page.keyboard.press("Escape");
    await until("the dialog to close", async () => await box(page).count() === 0);
    await page.goto("/");
    await makeOverlay(page, "Keys of the editor", "first\nsecond");
    await state(page, "build failed");
    await leavesByKeyboard(page);
  },

  async searches() {
    const page = await open({ locale: "de" });
    await page.goto("/login");
    await page.locator("[name=username]").fill("admin");
    await page.locator("[name=password]").fill(process.env.LEFT4ME_ADMIN_PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("navigation").waitFor();
    await page.goto("/overlays/new");
    await page.locator(".cm-content").fill("echo one\necho two");
    await page.locator(".cm-content").press("Control+f");
    await page.getByPlaceholder("Suchen").fill("echo");
    await page.getByPlaceholder("Ersetzen durch").fill("printf");
    await button(page, "Alle ersetzen").click();
    equal("printf one\nprintf two", await field(page, "script").inputValue(), "the field after replacing");
    await page.keyboard.press("Escape");
    equal(0, await page.getByPlaceholder("Suchen").count(), "search panels after Escape");
    const long = `echo ${"many words ".repeat(40)}needle`;
    await page.locator(".cm-content").fill(long);
    for (const key of ["Control+Home", "End", "Control+f"]) await page.keyboard.press(key);
    await page.keyboard.type("needle");
    equal("needle", await page.getByPlaceholder("Suchen").inputValue(), "what is searched from the end of a wrapped line");
    equal(long, await field(page, "script").inputValue(), "the field after typing into the search");
  },

  async replaced() {
    const page = await open();
    await logIn(page);
    await page.goto("/overlays/new");
    await editor(page, "Script").fill("gone with its form");
    await page.evaluate(() => window.htmx.ajax("GET", location.href, {
      target: "main form", select: "main form", swap: "outerHTML",
    }));
    await until("the new form", async () => await field(page, "script").inputValue() === "");
    await editor(page, "Script").fill("echo new");
    equal("echo new", await field(page, "script").inputValue(), "the field of the new form");
    await page.evaluate(() => {
      const script = document.querySelector("[name=script]");
      script.value = "set by someone else";
      script.dispatchEvent(new Event("input", { bubbles: true }));
      script.setAttribute("aria-invalid", "true");
    });
    await editor(page, "Script").getByText("set by someone else").waitFor();
    await page.locator(".cm-content[aria-invalid=true]").waitFor();
    await page.evaluate(() => document.querySelector("[name=script]").form.reset());
    await until("the empty editor", async () => await editor(page, "Script").locator(".cm-placeholder").count() === 1);
    await page.route("/overlays/new", async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: (await answer.text()).replace("<textarea", "<textarea readonly") });
    });
    await page.reload();
    await editor(page, "Script").click();
    await page.keyboard.type("x");
    equal("", await field(page, "script").inputValue(), "a field that is only read");
    await page.keyboard.press("Tab");
    equal(false, await focused(page, ".cm-content"), "Tab leaves what is only read");
  },

  async without_javascript() {
    const page = await open({ javaScriptEnabled: false });
    await logIn(page);
    await page.goto("/overlays/new");
    await page.getByLabel("Name").fill("Without the editor");
    await page.getByLabel("Script").fill("echo a plain field\n\techo $HOME");
    await button(page, "Create and build").click();
    await heading(page, "Without the editor");
    equal("echo a plain field\n\techo $HOME", await page.getByLabel("Script").inputValue(), "the script");
  },

  async light() {
    const page = await open(), asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await logIn(page);
    for (const path of ["/servers", "/blueprints", "/overlays", "/jobs", "/profile"]) await page.goto(path);
    equal([], asked.filter((path) => /codemirror|cvars|editor/.test(path)), "parts of the editor on pages without one");
    await page.goto("/overlays");
    await page.getByRole("link", { name: "New overlay" }).click();
    await editor(page, "Script").waitFor();
    equal(true, asked.some((path) => /^\/static\/[0-9a-f]{16}\/vendor\/codemirror\.js$/.test(path)), "the editor by its hash");
    equal([], asked.filter((path) => /cvars/.test(path)), "the vocabulary for a script");
  },
};

await run(flows[process.argv[2]] || (() => { throw new Error("no such flow"); }));
