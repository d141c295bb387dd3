// The main job as a person does it in a browser: node browser.mjs FLOW ADDRESS ROOT.
import {
  box, button, confirm, editor, equal, expectErrors, fail, heading, letGo, lines, logIn, makeBlueprint, makeOverlay, makeServer,
  open, proxy, run, sees, service, state, until,
} from "./browser_tools.mjs";

const SCRIPT = `echo first
until [ -e go-on ]; do sleep 0.02; done
echo second >&2
mkdir -p left4dead2/cfg; echo 'sv_tags browser' > left4dead2/cfg/server.cfg`;

async function overlayFlow(page) {
  await makeOverlay(page, "Rules", SCRIPT);
  await state(page, "building");
  await until("the first line alone", async () => (await lines(page)).join().endsWith("first"));
  letGo(page, "go-on");
  await state(page, "built");
  equal("second", (await lines(page)).find((line) => line === "second"), "the line of stderr");
  equal(1, await page.locator("#log .stderr", { hasText: "second" }).count(), "lines marked as stderr");
  await editor(page, "Script").fill("echo about to fail; exit 3");
  await button(page, "Save and build").click();
  await sees(page, "The build failed with exit code 3.");
  await editor(page, "Script").fill(SCRIPT);
  await button(page, "Save and build").click();
  await state(page, "built");
}

async function blueprintFlow(page) {
  await makeBlueprint(page, "Evening", ["Rules", "hello-motd"]);
  const order = () => page.locator(".layers li a").allTextContents();
  equal(["Rules", "hello-motd"], await order(), "the order of overlays");
  await button(page, "Move hello-motd up").click();
  await until("the other order", async () => (await order()).join() === "hello-motd,Rules");
  await until("the focus where it was", async () => {
    return await page.evaluate(() => document.activeElement?.ariaLabel) === "Move hello-motd up";
  });
  const preview = /^exec server_overlay_(\d+)\nexec server_overlay_(\d+)\nsv_contact browser\nhostname/;
  await until("the preview", async () => preview.test(await page.locator(".preview").innerText()));
  await button(page, "Save").click();
  await sees(page, "Saved.");
}

async function runFlow(page) {
  const port = Number(await page.locator(".facts dd").first().innerText());
  if (!(port >= 1024)) fail(`the port is ${port}`);
  await button(page, "Start").click();
  await state(page, "running");
  await until("live output", async () => (await lines(page)).filter((line) => line.includes("Heartbeat")).length > 5);
  await sees(page, "Start succeeded");
  const run = () => page.locator("#live").getAttribute("data-log");
  const firstRun = await run();
  await button(page, "Stop").click();
  await state(page, "stopped");
  await until("the end of the run", async () => (await lines(page)).some((line) => line.includes("was stopped")));
  await button(page, "Start").click();
  await state(page, "running");
  await until("the next run's output", async () => await run() !== firstRun && (await lines(page)).length > 5);
  equal(false, (await lines(page)).some((line) => line.includes("was stopped")), "lines of the run before");
}

async function endFlow(page, name) {
  await confirm(page, "Reset…", "Lost is", "Leave it");
  await state(page, "running");
  await confirm(page, "Reset…", "Lost is", "Reset the server");
  await sees(page, "Reset succeeded");
  await state(page, "stopped");
  await confirm(page, "Delete…", "removed with its port", "Delete the server");
  await state(page, "succeeded");
  await page.getByRole("link", { name: "Go to the servers" }).click();
  await heading(page, "Servers");
  equal(0, await page.getByRole("link", { name, exact: true }).count(), "links to the deleted server");
}

const flows = {
  async main() {
    expectErrors(/status of 401/);
    const page = await open({ viewport: { width: 1200, height: 740 } });
    await page.goto("/servers");
    await page.getByLabel("User name").fill("admin");
    await page.getByLabel("Password").fill("not the password");
    await button(page, "Log in").click();
    await sees(page, "Wrong user name or password.");
    await page.getByLabel("Password").fill(service.password);
    await button(page, "Log in").click();
    await heading(page, "Servers");
    await overlayFlow(page);
    await blueprintFlow(page);
    await makeServer(page, "Friday", "Evening");
    await runFlow(page);
    await endFlow(page, "Friday");
  },

  async keyboard() {
    const page = await open();
    const press = (key) => page.keyboard.press(key);
    const focused = () => page.evaluate(() => {
      const element = document.activeElement;
      const text = element.ariaLabel || element.labels?.[0]?.innerText || element.innerText || "";
      const ring = getComputedStyle(element.closest(".editor") || element);
      return { text: text.trim(), ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2 };
    });
    async function tabTo(name) {
      for (let i = 0; i < 80; i++) {
        const now = await focused();
        if (now.text.split("\n")[0].trim() === name) return now.ring || fail(`the focus on ${name} cannot be seen`);
        await press("Tab");
      }
      fail(`${name} cannot be reached with Tab`);
    }
    async function go(name) { await tabTo(name); await press("Enter"); }
    async function type(name, text) { await tabTo(name); await page.keyboard.type(text); }

    await page.goto("/login");
    await type("User name", "admin");
    await type("Password", service.password);
    await press("Enter");
    await heading(page, "Overview");
    await go("Overlays");
    await heading(page, "Overlays");
    await go("New overlay");
    await page.keyboard.type("By keyboard");
    await editor(page, "Script").waitFor();
    await type("Script", "echo typed");
    await press("Escape");
    await go("Create and build");
    await heading(page, "By keyboard");
    await state(page, "built");
    await go("Blueprints");
    await heading(page, "Blueprints");
    await go("New blueprint");
    await page.keyboard.type("Keys");
    await press("Enter");
    await heading(page, "Keys");
    for (const overlay of ["By keyboard", "coop-defaults"]) {
      await type("Add an overlay", overlay);
      await go("Add");
      await page.locator(".layers").getByText(overlay).waitFor();
    }
    await go("Move coop-defaults up");
    const first = page.locator(".layers li a").first();
    await until("the other order", async () => await first.innerText() === "coop-defaults");
    await go("Save");
    await sees(page, "Saved.");
    await tabTo("New server");
    await press("Enter");
    await heading(page, "Keys");
    await go("Start");
    await state(page, "running");
    await tabTo("Console output");
    await go("Stop");
    await state(page, "stopped");
    await go("Reset…");
    await press("Escape");
    await go("Delete…");
    await go("Delete the server");
    await state(page, "succeeded");
  },

  async without_javascript() {
    const page = await open({ javaScriptEnabled: false });
    const link = (name) => page.getByRole("link", { name, exact: true });
    const reloaded = (word) => until(word, async () => {
      await page.reload();
      return await page.locator(".status .badge", { hasText: word }).count() > 0;
    });
    await logIn(page);
    await link("Overlays").click();
    await link("New overlay").click();
    await page.getByLabel("Name").fill("Plain");
    await page.getByLabel("Script").fill("echo written without a script");
    await button(page, "Create and build").click();
    await heading(page, "Plain");
    await reloaded("built");
    await page.getByLabel("Script").fill("echo saved again");
    await button(page, "Save and build").click();
    await sees(page, "The build is queued");
    await reloaded("built");
    await link("The output so far, as text").click();
    await sees(page, "saved again");
    await page.goBack();
    await link("Blueprints").click();
    await link("New blueprint").click();
    await page.getByLabel("Name").fill("Plain blueprint");
    await button(page, "Create the blueprint").click();
    for (const overlay of ["Plain", "hello-motd"]) {
      await page.getByLabel("Add an overlay").selectOption({ label: overlay });
      await button(page, "Add").click();
    }
    await button(page, "Move hello-motd up").click();
    equal(["hello-motd", "Plain"], await page.locator(".layers li a").allTextContents(), "the order");
    await link("Servers").first().click();
    await link("New server").click();
    await button(page, "Create the server").click();
    await page.getByLabel("Name", { exact: true }).fill("Plain server");
    await page.getByLabel("Blueprint").selectOption({ label: "Plain blueprint" });
    await page.getByLabel("Port").fill("80");
    await button(page, "Create the server").click();
    await sees(page, "Port must be");
    equal("Plain server", await page.getByLabel("Name", { exact: true }).inputValue(), "the name typed before");
    await page.getByLabel("Port").fill("");
    await button(page, "Create the server").click();
    await button(page, "Start").click();
    await sees(page, /^Start (is|succeeded)/);
    await reloaded("running");
    await link("The output so far, as text").click();
    await sees(page, "Console initialized");
    await page.goBack();
    await button(page, "Stop").click();
    await sees(page, /^Stop (is|succeeded)/);
    await reloaded("stopped");
    await button(page, "Reset…").click();
    await sees(page, "Lost is");
    await button(page, "Reset the server").click();
    await sees(page, /^Reset (is|succeeded)/);
    await reloaded("stopped");
    await button(page, "Delete…").click();
    await link("No, leave it").click();
    await button(page, "Delete…").click();
    await button(page, "Delete the server").click();
    await sees(page, "Deletion of");
    await reloaded("succeeded");
    await button(page, "Log out").click();
    await sees(page, "You are logged out.");
  },

  async cut_streams() {
    expectErrors(/net::ERR_|Failed to load resource: net/);
    const between = await proxy();
    const page = await open({}, between.address);
    await page.addInitScript(() => Object.defineProperty(document, "hidden", { get: () => Boolean(window.away) }));
    await logIn(page);
    await makeOverlay(page, "Many lines", `until [ -e go ]; do sleep 0.02; done
for i in $(seq 400); do echo "line $i"; sleep 0.005; done`);
    letGo(page, "go");
    const numbered = async () => (await lines(page)).filter((line) => line.startsWith("line "));
    const atLeast = (count) => until(`${count} lines`, async () => (await numbered()).length >= count);
    await atLeast(50);
    between.cut();
    await atLeast(120);
    between.refuse(true);
    between.cut();
    await sees(page, "The connection is lost; trying again");
    await sees(page, "this page may be out of date");
    between.refuse(false);
    await atLeast(200);
    await page.evaluate(() => { window.away = true; document.dispatchEvent(new Event("visibilitychange")); });
    await until("no stream while nobody looks", () => between.streams() === 0);
    await page.evaluate(() => { window.away = false; document.dispatchEvent(new Event("visibilitychange")); });
    await sees(page, "Ended: succeeded");
    equal(Array.from({ length: 400 }, (_, i) => `line ${i + 1}`), await numbered(), "the lines");
    await state(page, "built");
    between.close();
  },

  async hostile_output() {
    const page = await open();
    await logIn(page);
    const evil = `<script>window.pwned=1</script>"><img src=x onerror="window.pwned=1">`;
    await makeOverlay(page, `Nasty ${evil}`.slice(0, 100), `cat <<'END'
${evil}
\u202ereversed \u{1f9df} \${HOME} javascript:window.pwned=1
END
printf '\\033]0;owned\\007\\033]52;c;aGk=\\033\\\\\\033[31mred\\033[0m\\033[2J\\033]8;;http://x\\033\\\\link\\033]8;;\\033\\\\\\n'
mkdir -p left4dead2/cfg
echo 'echo "<script>window.pwned=1</script><img src=x onerror=window.pwned=1>"' > left4dead2/cfg/server.cfg`);
    await state(page, "built");
    const shown = await lines(page);
    equal(true, shown.includes(evil), "the line is shown as it is");
    equal(true, shown.includes("redlink"), "the line without its terminal sequences");
    equal(true, shown.some((line) => line.startsWith("\ufffdreversed")), "what would turn a line is seen");
    await makeBlueprint(page, "Nasty", [`Nasty ${evil}`.slice(0, 100)], 'echo "<b onmouseover=window.pwned=1>"');
    await page.getByLabel("Arguments").fill("+map c1m1_hotel\n-standin-players 6\n-standin-players-every 30");
    await button(page, "Save").click();
    await sees(page, "Saved.");
    await makeServer(page, `Server ${evil}`.slice(0, 100), "Nasty");
    await button(page, "Start").click();
    await state(page, "running");
    const hostile = ["<script>window.pwned=1</script><img", "<b onmouseover", '"><img src=x onerror=1>"', "</script><b>"];
    for (const text of hostile) {
      await until(`the output ${text}`, async () => (await lines(page)).some((line) => line.includes(text)));
    }
    for (const path of [page.url(), "/", "/servers", "/jobs", "/overlays", "/blueprints"]) {
      await page.goto(path);
      equal(undefined, await page.evaluate(() => window.pwned), `what ran on ${path}`);
      equal(0, await page.locator("main script, main img, #log *:not(div, button, span)").count(), `foreign elements on ${path}`);
      if (/[\u0000-\u0008\u001b]/.test(await page.locator("body").innerText())) fail(`control characters on ${path}`);
    }
  },

  async logged_out() {
    expectErrors(/status of 401|MIME type/);
    const page = await open();
    await logIn(page);
    await makeOverlay(page, "Left alone", "echo running; until [ -e go ]; do sleep 0.02; done");
    await until("the first line", async () => (await lines(page)).includes("running"));
    const here = page.url().split("?")[0];
    const other = await page.context().newPage();
    await other.watched;
    await other.goto("/");
    await button(other, "Log out").click();
    await sees(other, "You are logged out.");
    await page.waitForURL(/\/login\?next=/);
    await page.getByLabel("User name").fill("admin");
    await page.getByLabel("Password").fill(service.password);
    await button(page, "Log in").click();
    await page.waitForURL((url) => url.href.startsWith(here));
    letGo(page, "go");
    await state(page, "built");
  },
};

await run(flows[process.argv[2]] || (() => fail("no such flow")));
