// Logs and jobs as a person reads them in a browser: node logs.mjs FLOW ADDRESS ROOT.
import { rmSync, writeFileSync } from "node:fs";
import {
  button, equal, expectErrors, fail, heading, letGo, lines, logIn, makeOverlay, open, proxy, run, sees, service, state, until,
} from "./browser_tools.mjs";

const NARROW = { viewport: { width: 375, height: 800 } };
const numbers = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
const logText = (first, last) => numbers(first, last).map((line, i) => `${1700000000000 + i} O ${line}\n`).join("");
const has = (page, text) => until(`the line ${text}`, async () => (await lines(page)).includes(text));
const numbered = async (page) => (await lines(page)).filter((line) => line.startsWith("line "));
const searchField = (page) => page.getByLabel("Search the output");
const jump = (page) => page.getByRole("button", { name: /^Jump to newest/ });
const newestInView = (page) => page.locator("#log").evaluate((log) => {
  const newest = [...log.querySelectorAll(".line")].at(-1).getBoundingClientRect(), box = log.getBoundingClientRect();
  return newest.bottom <= box.bottom + 1 && newest.top >= box.top;
});

const ENGLAND = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} flag";

async function fits(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (excess > 0) fail(`the page is ${excess} px too wide`);
}

/* A finished job whose log is this text, in a file of its own; the page shows it. */
async function jobWithLog(page, name, text) {
  await makeOverlay(page, name, "true");
  await state(page, "built");
  const path = await page.locator("#live").getAttribute("data-log");
  const file = `${service.root}/logs/jobs/${path.match(/\d+/)[0]}.log`;
  rmSync(file);
  writeFileSync(file, text);
  await page.goto(path.replace("/log", ""));
  await heading(page, `Build of ${name}`);
}

async function leastContrast(page) {
  return page.evaluate(async () => {
    const sheet = new URL(document.querySelector("link[rel=stylesheet]").href);
    const { contrast } = await import(new URL("../js/ansi.js", sheet).href);
    const number = (text) => {
      const [red, green, blue] = text.match(/[\d.]+/g).map(Number);
      return red << 16 | green << 8 | blue;
    };
    const ground = getComputedStyle(document.getElementById("log")).backgroundColor;
    return Math.min(...[...document.querySelectorAll("#log .line span")].map((part) => {
      const { color, backgroundColor } = getComputedStyle(part);
      return contrast(number(color), number(backgroundColor === "rgba(0, 0, 0, 0)" ? ground : backgroundColor));
    }));
  });
}

const COLOURS = String.raw`for i in $(seq 0 7); do printf "\e[3$i;4$((7 - i))mx\e[9$i;10$((7 - i))my\e[m"; done; echo
for i in $(seq 0 255); do printf "\e[38;5;$i;48;5;$((255 - i))mx\e[2;7my\e[0m"; [ $((i % 32)) != 31 ] || echo; done
printf '\e[1mbold\e[22;3mitalic\e[23;4munder\e[24;7minverse\e[27;9mstrike\e[0m \e[38;2;0;0;60mdark\e[39m\n'
printf '\e[31mred\n'; printf 'still red\e[0m\n'
echo on stderr >&2
printf '\e]0;owned\a\e]52;c;aGk=\e\\\e]8;;http://x/\e\\link\e]8;;\e\\\e[2J\e[H\e[9999A\e[?1049h\ec\e(0\xc2\x9b31mend\n'
for i in $(seq 300); do printf '\e[%d;%dH' $i $i; done; echo flood
printf '\xe2\x80\xae<img src=x onerror=window.pwned=1>\xe2\x80\xac after\n'
printf '\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xa2\xf3\xa0\x81\xa5\xf3\xa0\x81\xae\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf flag\n'
printf '10%%\r20%%\r30%%\n'`;

const flows = {
  async colours() {
    const page = await open(NARROW);
    await logIn(page);
    const title = () => page.title();
    await makeOverlay(page, "Colours", COLOURS);
    await state(page, "built");
    await has(page, "30%");
    const shown = await lines(page);
    for (const line of ["bolditalicunderinversestrike dark", "linkend", "flood", ENGLAND, "30%"]) {
      equal(true, shown.includes(line), `the line ${line} in ${shown}`);
    }
    const style = (text, name) => page.locator("#log span", { hasText: text }).first()
      .evaluate((part, wanted) => getComputedStyle(part)[wanted], name);
    equal("700", await style(/^bold$/, "fontWeight"), "bold");
    equal("italic", await style(/^italic$/, "fontStyle"), "italic");
    equal("underline", await style(/^under$/, "textDecorationLine"), "underline");
    equal("line-through", await style(/^strike$/, "textDecorationLine"), "strike");
    equal(await style(/^red$/, "color"), await style(/^still red$/, "color"), "a colour goes on in the next line");
    if (await leastContrast(page) < 4.5) fail(`a contrast of ${await leastContrast(page)}`);
    const mark = page.locator("#log .stderr", { hasText: "on stderr" });
    equal('"!"', await mark.evaluate((line) => getComputedStyle(line, "::after").content), "the mark of stderr");
    equal(undefined, await page.evaluate(() => window.pwned), "what ran");
    equal("Colours · left4me", await title(), "the title");
    equal(0, await page.locator("#log a, #log img").count(), "links and images");
    await fits(page);
  },

  async following() {
    const page = await open(NARROW);
    await logIn(page);
    await makeOverlay(page, "Follow me", `seq -f 'line %.0f' 100
for part in one two; do until [ -e $part ]; do sleep 0.02; done; seq -f "$part %.0f" 60; done
printf '1%%\\r'; until [ -e three ]; do printf '2%%\\r'; sleep 0.05; done; echo done`);
    await has(page, "line 100");
    await until("the newest in view", () => newestInView(page));
    await page.locator("#log").evaluate((log) => { log.scrollTop = 40; });
    await jump(page).waitFor();
    letGo(page, "one");
    await page.getByRole("button", { name: "Jump to newest (60 new lines)" }).waitFor();
    equal(40, await page.locator("#log").evaluate((log) => log.scrollTop), "the place of a reader who went back");
    equal("line 100", (await lines(page)).at(-1), "the newest line that is shown");
    await jump(page).click();
    await until("the newest in view", async () => (await lines(page)).at(-1) === "one 60" && await newestInView(page));
    equal(0, await jump(page).count(), "ways to the newest");
    await button(page, "Pause").click();
    letGo(page, "two");
    await page.getByRole("button", { name: /\(60 new lines\)/ }).waitFor();
    await jump(page).click();
    await has(page, "2%");
    letGo(page, "three");
    await has(page, "done");
    equal(0, (await lines(page)).filter((line) => line.includes("%")).length, "steps of the progress bar that stayed");
    await button(page, "Times").click();
    const time = () => page.locator("#log .line").first().evaluate((line) => getComputedStyle(line, "::before").content);
    if (!/^"\d\d:\d\d:\d\d" "  "$|^"\d\d:\d\d:\d\d  "$/.test(await time())) fail(`the time is ${await time()}`);
    await page.reload();
    equal("true", await button(page, "Times").getAttribute("aria-pressed"), "the choice is kept");
    await fits(page);
  },

  async searching() {
    const page = await open(NARROW);
    await logIn(page);
    await jobWithLog(page, "Search me", `${logText(1, 300)}1700000000000 E a \u001b[31mli\u001b[1mne\u001b[0m (of.stderr)\n`);
    await has(page, "line 300");
    await page.locator("#log").focus();
    await page.keyboard.press("Control+f");
    equal(true, await searchField(page).evaluate((field) => field === document.activeElement), "the focus in the field");
    await page.keyboard.type("LINE 2");
    await sees(page, "111 matches");
    await page.locator("#log").evaluate((log) => { log.scrollTop = 0; });
    for (const [key, place] of [["Enter", "1 of 111"], ["Enter", "2 of 111"], ["Shift+Enter", "1 of 111"]]) {
      await page.keyboard.press(key);
      await sees(page, place);
    }
    await button(page, "Previous match").click();
    await sees(page, "111 of 111");
    await until("the match in view", () => page.evaluate(() => {
      const match = [...CSS.highlights.get("found-here")][0].getBoundingClientRect();
      const box = document.getElementById("log").getBoundingClientRect();
      return match.top >= box.top && match.bottom <= box.bottom;
    }));
    equal(111, await page.evaluate(() => CSS.highlights.get("found").size), "marks");
    await searchField(page).fill("line (of.");
    await sees(page, "1 match");
    await searchField(page).fill("nothing of this");
    await sees(page, "no match");
    await searchField(page).press("Escape");
    equal("", await searchField(page).inputValue(), "the field after Escape");
    equal("log", await page.evaluate(() => document.activeElement.id), "the focus after Escape");
    equal(false, await page.evaluate(() => CSS.highlights.has("found")), "marks after Escape");
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download" }).click();
    equal(null, await (await download).failure(), "the failure of the download");
    const named = (await download).suggestedFilename();
    if (!/^job-\d+\.txt$/.test(named)) fail(`the name of the download is ${named}`);
  },

  async long_log() {
    const page = await open();
    await logIn(page);
    await jobWithLog(page, "Long", logText(1, 100000));
    await has(page, "line 100000");
    const earlier = button(page, "Load earlier output");
    let shown = await numbered(page);
    equal(numbers(100000 - shown.length + 1, 100000), shown, "the end of the log");
    const first = shown[0];
    await earlier.click();
    await until("earlier lines", async () => (await numbered(page))[0] !== first);
    shown = await numbered(page);
    equal(numbers(Number(shown[0].slice(5)), 100000), shown.concat(numbers(Number(shown.at(-1).slice(5)) + 1, 100000)), "a gap");
    while ((await numbered(page)).at(-1) === "line 100000") {
      const now = (await numbered(page))[0];
      await earlier.click();
      await until("earlier lines", async () => (await numbered(page))[0] !== now);
    }
    if (await page.locator("#log .line").count() > 5200) fail("more lines than the page should hold");
    await jump(page).click();
    await has(page, "line 100000");
    page.setDefaultTimeout(60000); // a busy machine takes its time
    await makeOverlay(page, "Fast", "seq -f 'line %.0f' 100000");
    await state(page, "built");
    await sees(page, "Ended: succeeded");
    await has(page, "Step: measure the overlay");
    const last = (await numbered(page)).slice(-4000);
    equal(numbers(100001 - last.length, 100000), last, "the newest lines of a fast build");
    if (await page.locator("#log .line").count() > 5200) fail("more lines than the page should hold");
  },

  async pieces() {
    const page = await open();
    await page.goto("/login");
    const text = ": open\n\nid: 7@5\nevent: stdout\ndata: a: b\n\nevent: changed\ndata:one\ndata:  two\n\n: ping\n\nid: 9\ndata: \n\n";
    const told = await page.evaluate(async (whole) => {
      const sheet = new URL(document.querySelector("link[rel=stylesheet]").href);
      const { eventParser } = await import(new URL("../js/stream.js", sheet).href);
      const results = new Set();
      for (let cut = 0; cut <= whole.length; cut += 1) {
        const events = [];
        const parse = eventParser((name, { data, lastEventId }) => events.push([name, data, lastEventId]));
        parse(whole.slice(0, cut));
        parse(whole.slice(cut));
        results.add(JSON.stringify(events));
      }
      return [...results].map((result) => JSON.parse(result));
    }, text);
    equal([[["stdout", "a: b", "7@5"], ["changed", "one\n two", "7@5"], ["message", "", "9"]]], told, "the events");
  },

  async paused_and_cut() {
    expectErrors(/net::ERR_|Failed to load resource: net/);
    const between = await proxy();
    const page = await open({}, between.address);
    await logIn(page);
    await makeOverlay(page, "Cut", `seq -f 'line %.0f' 200; until [ -e go ]; do sleep 0.02; done
for i in $(seq 201 500); do echo "line $i"; sleep 0.002; done`);
    await has(page, "line 200");
    await button(page, "Pause").click();
    between.refuse(true);
    between.cut();
    await sees(page, "The connection is lost; trying again");
    letGo(page, "go");
    between.refuse(false);
    await sees(page, "Ended: succeeded");
    await page.getByRole("button", { name: /3\d\d new lines/ }).waitFor();
    await jump(page).click();
    await until("all lines", async () => (await numbered(page)).length >= 500);
    equal(numbers(1, 500), await numbered(page), "the lines");
    between.close();
  },

  async filters() {
    const page = await open(NARROW);
    await logIn(page);
    await makeOverlay(page, "Good", "true");
    await state(page, "built");
    await makeOverlay(page, "Bad", "echo no; exit 3");
    await sees(page, "build failed");
    await page.goto("/jobs");
    const titles = () => page.locator("tbody a").allTextContents();
    await page.getByRole("link", { name: "failed", exact: true }).click();
    await until("the failed one alone", async () => (await titles()).join() === "Build of Bad");
    await page.getByLabel("Server or overlay").selectOption({ label: "Overlay Good" });
    await button(page, "Show").click();
    await sees(page, "No job fits all that is asked for.");
    await page.getByRole("link", { name: "In any state" }).click();
    await until("those of one overlay", async () => new Set(await titles()).size === 1 && (await titles())[0] === "Build of Good");
    await page.getByRole("link", { name: "Show all jobs" }).click();
    await fits(page);
    const link = page.getByRole("link", { name: "Build of Bad" }).first();
    await link.focus();
    const other = await page.context().newPage();
    await other.goto("/overlays");
    await other.getByRole("link", { name: "Good", exact: true }).click();
    await button(other, "Build again").click();
    await until("the new row", async () => (await titles())[0] === "Build of Good");
    await page.locator("tbody tr").first().getByText("succeeded").waitFor();
    equal("Build of Bad", await page.evaluate(() => document.activeElement.textContent), "the focus");
    await link.click();
    await sees(page, "it ended with exit code 3");
    await button(page, "Build again").click();
    await sees(page, "The build failed with exit code 3.");
  },

  async installing() {
    const page = await open();
    await logIn(page);
    await page.goto("/admin");
    await page.locator("form[action='/admin/install'] button").click();
    await page.goto("/jobs");
    await page.getByRole("link", { name: "Installing the game" }).first().click();
    await until("the progress", async () => await page.locator("#progress progress").evaluate((bar) => bar.value) > 0);
    await sees(page, "Pass 2 of 2");
    await sees(page, "Ended: succeeded");
    await state(page, "succeeded");
    equal("Preparing and writing, 88 %", await page.locator("#progress span").last().innerText(), "the last stage");
    await page.reload();
    equal(0, await page.locator("#progress").count(), "bars of a finished job");
  },
};

await run(flows[process.argv[2]] || (() => fail("no such flow")));
