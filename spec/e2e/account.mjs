// Sessions, passwords, users, health and language in a browser: node account.mjs FLOW ADDRESS ROOT.
import {
  box, button, confirm, equal, expectErrors, fail, heading, logIn, open, proxy, run, sees, service, until,
} from "./browser_tools.mjs";

const PHONE = { viewport: { width: 375, height: 812 } };
const link = (page, name) => page.locator("main").getByRole("link", { name, exact: true });

async function fits(page) {
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) fail(`${page.url()} is too wide`);
}

async function enter(page, username, password) {
  await page.goto("/login");
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password").fill(password);
  await button(page, "Log in").click();
}

/* Makes a user with a password to be used once; returns that. */
async function makeUser(page, username) {
  await page.goto("/admin/users");
  await link(page, "New user").click();
  await box(page).getByLabel("User name").fill(username);
  await button(page, "Create the user").click();
  await heading(page, username);
  return await page.locator("#secret").innerText();
}

/* From the page that asks for it. */
async function choosePassword(page, username, given, chosen) {
  await heading(page, "Choose your password");
  await page.getByLabel("Current password").fill(given);
  await page.getByLabel("New password").fill(chosen);
  await button(page, "Change the password").click();
  await sees(page, "The password is changed.");
  await enter(page, username, chosen);
  await heading(page, "Overview");
}

const flows = {
  async end_the_others() {
    expectErrors(/401/);
    const near = await open(), way = await proxy();
    await logIn(near);
    const far = await open(PHONE, way.address), third = await open();
    await logIn(far);
    await logIn(third);
    await until("the other's stream", () => way.streams() === 1);
    await near.goto("/profile");
    equal(3, await near.locator("#sessions li").count(), "sessions");
    equal(1, await near.locator("#sessions li", { hasText: "this one" }).count(), "sessions that are this one");
    await near.locator("#sessions li", { hasText: "Chrom" }).filter({ has: button(near, "End") }).first().getByRole("button").click();
    await sees(near, "The session is ended.");
    equal(2, await near.locator("#sessions li").count(), "sessions after one was ended");
    await until("the login form of one whose session was ended", async () => third.url().includes("/login"));
    equal(1, way.streams(), "streams of the session that goes on");
    await button(near, "End the others").click();
    await until("the end of the stream", () => way.streams() === 0);
    await sees(near, "All your other sessions are ended.");
    await until("the login form", async () => far.url().includes("/login"));
    await fits(far);
    equal(0, await button(near, "End the others").count(), "buttons when there are no others");
    way.close();
  },

  async one_time_password() {
    expectErrors(/401/);
    const admin = await open();
    await admin.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await logIn(admin);
    const given = await makeUser(admin, "newcomer");
    await button(admin, "Copy").click();
    await button(admin, "Copied").waitFor();
    equal(given, await admin.evaluate(() => navigator.clipboard.readText()), "what was copied");
    await admin.goto("/admin/users");
    await link(admin, "newcomer").click();
    await heading(admin, "newcomer");
    equal(0, await admin.locator("#secret").count(), "passwords after a second look");
    const phone = await open(PHONE);
    await enter(phone, "newcomer", given);
    for (const path of ["/", "/servers", "/profile"]) {
      await phone.goto(path);
      await heading(phone, "Choose your password");
    }
    await fits(phone);
    equal(0, await phone.getByRole("link", { name: "Servers" }).count(), "ways around the password");
    await choosePassword(phone, "newcomer", given, "one of my own");
    await admin.goto("/admin/users");
    await link(admin, "newcomer").click();
    await confirm(admin, "New password…", "Give “newcomer” a new password?", "Give a new password");
    const next = await admin.locator("#secret").innerText();
    await phone.goto("/servers");
    await heading(phone, "Log in");
    await enter(phone, "newcomer", next);
    await choosePassword(phone, "newcomer", next, "another of my own");
  },

  async without_javascript() {
    const page = await open({ javaScriptEnabled: false, ...PHONE });
    await logIn(page);
    await page.goto("/admin/users/new");
    await page.getByLabel("User name").fill("scriptless");
    await button(page, "Create the user").click();
    await page.locator("#secret").waitFor();
    equal(0, await button(page, "Copy").count(), "buttons that need a script");
    await button(page, "Delete…").click();
    await sees(page, "Delete “scriptless”?");
    await button(page, "Delete the user").click();
    await heading(page, "Users");
    equal(0, await link(page, "scriptless").count(), "users of that name");
  },

  async refusals() {
    expectErrors(/409|401/);
    const admin = await open(PHONE), owner = await open();
    await logIn(admin);
    const given = await makeUser(admin, "owner");
    await enter(owner, "owner", given);
    await choosePassword(owner, "owner", given, "one of my own");
    await admin.goto("/admin/users");
    await link(admin, "admin").click();
    await sees(admin, "This is you.");
    equal(0, await admin.locator("main form").count(), "what an admin can do to themselves");
    await admin.goto("/admin/users");
    await link(admin, "owner").click();
    await button(admin, "Delete…").waitFor();
    await owner.goto("/blueprints/new");
    await owner.getByLabel("Name").fill("Kept");
    await button(owner, "Create the blueprint").click();
    await heading(owner, "Kept");
    await confirm(admin, "Delete…", "Delete “owner”?", "Delete the user");
    await sees(admin, "This user still has servers (0), blueprints (1) or overlays (0).");
    await fits(admin);
    equal("/blueprints/1", await link(admin, "Kept").getAttribute("href"), "the way to what is left");
    await confirm(owner, "Delete the blueprint…", "Delete the blueprint “Kept”?", "Delete the blueprint");
    await heading(owner, "Blueprints");
    await admin.goto("/admin/users");
    await link(admin, "owner").click();
    await confirm(admin, "Delete…", "Delete “owner”?", "Delete the user");
    await heading(admin, "Users");
    await owner.goto("/");
    await heading(owner, "Log in");
  },

  async health() {
    const page = await open(PHONE);
    await logIn(page);
    await page.goto("/admin/health");
    await page.locator(".findings li", { hasText: "the database is sound" }).waitFor();
    await page.locator(".findings .badge", { hasText: "ok" }).first().waitFor();
    const before = await page.locator("#checked + p time").getAttribute("datetime");
    await until("a newer check", async () => {
      await button(page, "Check now").click();
      await sees(page, "The host is being checked");
      return await page.locator("#checked + p time").getAttribute("datetime") !== before;
    });
    for (const name of ["Disk", "Machine", "How much there is", "Versions"]) {
      await page.getByRole("heading", { name, exact: true }).waitFor();
    }
    await fits(page);
  },

  async language() {
    const page = await open(PHONE);
    await logIn(page);
    await page.goto("/profile");
    await page.getByLabel("Language of the pages").selectOption("de");
    await button(page, "Save").click();
    await heading(page, "Profil von admin");
    for (const path of ["/profile", "/admin", "/admin/users", "/admin/users/1", "/admin/health", "/servers", "/jobs"]) {
      await page.goto(path);
      equal("de", await page.locator("html").getAttribute("lang"), `the language of ${path}`);
      await fits(page);
    }
    await page.goto("/profile");
    await page.getByLabel("Sprache der Seiten").selectOption("");
    await button(page, "Speichern").click();
    await heading(page, "Profile of admin");
  },

  async install() {
    const page = await open(PHONE);
    await logIn(page);
    await page.goto("/admin");
    await page.getByRole("button", { name: /^(Install Left 4 Dead 2|Update the game)$/ }).click();
    await page.locator("#log .line", { hasText: "Step:" }).first().waitFor();
    await page.locator(".status .badge", { hasText: "succeeded" }).waitFor();
    await sees(page, "demo game");
    await fits(page);
  },
};

await run(flows[process.argv[2]]);
