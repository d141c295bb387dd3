// Takes the pictures of the README: node pictures.mjs take ADDRESS ROOT DIRECTORY BLUEPRINT.
import { launch, logIn, open, run, until } from "./browser_tools.mjs";

const [folder, blueprint] = process.argv.slice(5);

async function picture(page, name, path, colorScheme, ready) {
  await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
  await page.goto(path);
  await until(`the ${name}`, async () => await page.locator(ready).count() > 0);
  await page.evaluate(() => { for (const one of document.querySelectorAll("main > .notice")) one.remove(); });
  await page.screenshot({ path: `${folder}/${name}.png` });
}

async function take() {
  const page = await open({ viewport: { width: 1120, height: 760 } });
  await logIn(page);
  await picture(page, "overview", "/", "light", "td[data-label]");
  await picture(page, "server", "/servers/1", "dark", "#log .line >> nth=30");
  await picture(page, "blueprint", `/blueprints/${blueprint}`, "light", ".cm-content");
}

await launch();
await run(take);
