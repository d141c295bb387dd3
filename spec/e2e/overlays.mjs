// What an owner does with overlays and files in a browser: node overlays.mjs FLOW ADDRESS ROOT.
import { existsSync, readFileSync } from "node:fs";
import {
  button, confirm, editor, equal, expectErrors, fail, heading, letGo, lines, logIn, makeBlueprint, makeOverlay, makeServer,
  open, run, sees, service, state, until,
} from "./browser_tools.mjs";

const PHONE = { viewport: { width: 375, height: 812 } };
const link = (page, name) => page.getByRole("link", { name, exact: true });
const directoryOf = (page) => `${service.root}/overlays/${page.url().match(/overlays\/(\d+)/)[1]}`;
const path = (page) => new URL(page.url()).searchParams.get("path");

const BUILD = `echo before
until [ -e go-on ]; do sleep 0.02; done
mkdir -p left4dead2/cfg; echo 'sv_tags flow' >left4dead2/cfg/server.cfg
echo after`;

const TREE = `mkdir -p left4dead2/maps left4dead2/cfg '<img src=x onerror=alert(1)>'
head -c 3000000 /dev/urandom >left4dead2/maps/big.vpk
printf 'sv_tags flow\\n</pre><script>alert(1)</script>\\n' >left4dead2/cfg/server.cfg
[ ! -e again ] || : >'and again'; : >again
ln -s /etc/passwd left4dead2/cfg/passwd; ln -s cfg left4dead2/link
echo ours >left4dead2/motd.txt; : >$'left4dead2/\\u202egpj.exe'`;

async function fits(page) {
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fail(`${page.url()} is too wide`);
}

async function download(page, name) {
  const [saved] = await Promise.all([page.waitForEvent("download"), link(page, `Download ${name}`).click()]);
  equal(name, saved.suggestedFilename(), "the name of the download");
  return readFileSync(await saved.path());
}

// Down to a directory, as it says of itself when it is there.
async function enter(page, name) {
  await link(page, `${name}/`).click();
  await page.locator(".crumbs [aria-current]", { hasText: name }).waitFor();
}

const flows = {
  async build() {
    const page = await open(PHONE);
    await logIn(page);
    await makeOverlay(page, "Rules", BUILD);
    await state(page, "building");
    await until("the first line alone", async () => (await lines(page)).join().endsWith("before"));
    equal(0, await button(page, "Wipe and rebuild…").count(), "wipes offered during a build");
    letGo(page, "go-on");
    await state(page, "built");
    await until("the last line", async () => (await lines(page)).includes("after"));
    await sees(page, "in 2 files");
    await fits(page);
    await editor(page, "Script").fill("echo because of this >&2; exit 3");
    await button(page, "Save and build").click();
    await sees(page, "The build failed with exit code 3.");
    await until("why", async () => (await page.locator("#log .stderr").allTextContents()).includes("because of this"));
    await editor(page, "Script").fill("echo fresh >new");
    await button(page, "Save and build").click();
    await state(page, "built");
    await sees(page, "in 3 files");
    await confirm(page, "Wipe and rebuild…", "All its files are removed first", "Leave it");
    await confirm(page, "Wipe and rebuild…", "All its files are removed first", "Wipe and rebuild");
    await sees(page, "in 1 file");
    await state(page, "built");
    equal([true, false], ["new", "go-on"].map((name) => existsSync(`${directoryOf(page)}/${name}`)), "what is left");
    await confirm(page, "Delete…", "with its script and all its files", "Delete the overlay");
    await sees(page, "Deleted.");
  },

  async unsaved() {
    expectErrors(/a dialog of the browser/);
    const page = await open(PHONE);
    const stays = async (text) => {
      await link(page, "Jobs").click();
      equal(text, await page.locator("main [name=script]").inputValue(), "what was typed, the page not being left");
    };
    await logIn(page);
    await page.goto("/overlays/new");
    await editor(page, "Script").fill("echo typed");
    await stays("echo typed");
    await page.getByLabel("Name").fill("Half done");
    await button(page, "Create and build").click();
    await heading(page, "Half done");
    await editor(page, "Script").fill("echo more");
    await stays("echo more");
    await editor(page, "Script").fill("echo typed");
    await link(page, "Jobs").click();
    await heading(page, "Jobs");
  },

  async files() {
    const page = await open(PHONE);
    await logIn(page);
    await makeOverlay(page, "Maps", TREE);
    await state(page, "built");
    await link(page, "Files").click();
    await sees(page, "<img src=x onerror=alert(1)>/");
    const other = await page.context().newPage();
    await other.goto(page.url().replace("/files", ""));
    await button(other, "Build again").click();
    await link(page, "and again").waitFor();
    const kept = await page.evaluateHandle(() => document.querySelector("header"));
    await enter(page, "left4dead2");
    equal(true, await kept.evaluate((header) => header.isConnected), "the page stays while a directory is loaded");
    await until("the focus where one is", () => page.evaluate(() => document.activeElement.textContent === "left4dead2"));
    equal(0, await link(page, "link").count(), "ways through a symbolic link");
    await fits(page);
    await enter(page, "maps");
    equal("left4dead2/maps", path(page), "the address");
    const bytes = await download(page, "big.vpk");
    equal(true, bytes.equals(readFileSync(`${directoryOf(page)}/left4dead2/maps/big.vpk`)), "the same bytes");
    await page.goBack();
    await enter(page, "cfg");
    await sees(page, "→ /etc/passwd");
    await link(page, "server.cfg").click();
    await sees(page, "</pre><script>alert(1)</script>");
    await fits(page);
    await page.reload();
    await sees(page, "sv_tags flow");
    expectErrors(/status of 404/);
    for (const wrong of ["..", "left4dead2/link/server.cfg", "left4dead2/cfg/passwd/x"]) {
      const answer = await page.request.get(`${page.url().split("/files")[0]}/download?path=${encodeURIComponent(wrong)}`);
      equal(404, answer.status(), wrong);
    }
  },

  async merged() {
    const page = await open(PHONE);
    await logIn(page);
    await makeOverlay(page, "Motd", TREE);
    await state(page, "built");
    await makeBlueprint(page, "Layers", ["Motd"]);
    await makeServer(page, "Layered", "Layers");
    await link(page, "Files").click();
    await sees(page, "What the game will see at its next start");
    await link(page, "Layered").last().waitFor();
    await page.goto(page.url().replace(/\/files.*/, ""));
    await button(page, "Start").click();
    await state(page, "running");
    await link(page, "Files").click();
    await sees(page, "What the game sees now");
    await enter(page, "left4dead2");
    const row = (name) => page.locator(".files tr", { has: link(page, name) });
    const says = async (name, text) => equal(true, (await row(name).innerText()).includes(text), `${name}: ${text}`);
    await says("motd.txt", "Motd");
    await says("motd.txt", "covers 1 more");
    await says("gameinfo.txt", "the game");
    await says("cfg/", "the server itself");
    equal("ours\n", (await download(page, "motd.txt")).toString(), "the file that wins");
    await fits(page);
    await row("motd.txt").getByRole("link", { name: "Motd", exact: true }).click();
    await heading(page, "Motd");
    await page.goto("/servers");
    await link(page, "Layered").click();
    await button(page, "Stop").click();
    await state(page, "stopped");
  },

  async without_javascript() {
    const page = await open({ javaScriptEnabled: false });
    await logIn(page);
    await page.goto("/overlays");
    await link(page, "New overlay").click();
    await page.getByLabel("Name").fill("Plain");
    await page.getByLabel("Script").fill(TREE);
    await button(page, "Create and build").click();
    await until("the end of the build", async () => {
      await page.reload();
      return await page.locator(".status .badge", { hasText: "built" }).count() > 0;
    });
    await link(page, "Files").click();
    await enter(page, "left4dead2");
    await enter(page, "maps");
    equal(3000000, (await download(page, "big.vpk")).length, "bytes of the download");
    await page.locator(".crumbs").getByRole("link", { name: "left4dead2" }).click();
    await link(page, "motd.txt").click();
    await sees(page, "ours");
    await link(page, "Script and build").click();
    await button(page, "Wipe and rebuild…").click();
    await sees(page, "All its files are removed first");
    await button(page, "Wipe and rebuild the overlay").click();
    await sees(page, "The build is queued");
  },
};

await run(flows[process.argv[2]] || (() => fail("no such flow")));
