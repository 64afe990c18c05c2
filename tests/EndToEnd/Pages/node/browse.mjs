// Opens pages in chromium, light and dark, wide and narrow, and prints what it finds as one JSON object on the last line.
//
//   node browse.mjs CHROMIUM [--pictures=FOLDER] PAGE.html …
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";
import { pathToFileURL } from "node:url";
import path from "node:path";
import { VIEWS, violations } from "../../../Fixtures/Pages/views.mjs";

const [executablePath, ...rest] = process.argv.slice(2);
const pictures = rest.find((argument) => argument.startsWith("--pictures="))?.slice("--pictures=".length);
const pages = rest.filter((argument) => !argument.startsWith("--"));

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const found = [];
try {
  for (const file of pages) {
    const address = pathToFileURL(file).href;
    for (const options of VIEWS) {
      const { colorScheme, width, height } = options;
      const context = await browser.newContext({ colorScheme, viewport: { width, height }, reducedMotion: "reduce" });
      const page = await context.newPage();
      const requests = [];
      const messages = [];
      page.on("request", (request) => requests.push(request.url()));
      page.on("console", (message) => messages.push(message.text()));
      page.on("pageerror", (error) => messages.push(String(error)));
      page.on("dialog", (dialog) => (messages.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
      await page.goto(address);
      const view = `${path.basename(file)} ${colorScheme} ${width}`;
      if (pictures) await page.screenshot({ path: path.join(pictures, `${view.replaceAll(" ", "-")}.png`), fullPage: true });
      // Charts in closed sections must be accessible too.
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
      const broken = await violations(new AxeBuilder({ page }), options);
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      found.push({
        view,
        requests: requests.filter((url) => url !== address && !url.startsWith("data:")),
        messages,
        faults: broken.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")}`),
        scroll,
        // Colours move nothing.
        unreachable: colorScheme === "light" ? await unreachable(page) : 0,
        // The head has the data and the script of the page, and nothing else is script.
        elements: await page.evaluate(() => [
          ...[...document.querySelectorAll("script")].slice(2).map(() => "script"),
          ...["body script", "iframe", "object", "embed", "form[action]", "link", "base", "marquee"].flatMap((name) =>
            [...document.querySelectorAll(name)].map(() => name),
          ),
        ]),
        tables: await page.evaluate(
          () => [...document.querySelectorAll("[data-figure]")].filter((place) => !place.querySelector(":scope > .drawn > *")).length,
        ),
        images: await page.evaluate(() => [...document.images].filter((image) => image.naturalWidth > 0).length),
      });
      await context.close();
    }
  }
} finally {
  await browser.close();
}
console.log(JSON.stringify(found));

// Returns the regions that scroll and the summaries that the Tab key does not reach.
async function unreachable(page) {
  const wanted = await page.evaluate(() => {
    const targets = [...document.querySelectorAll("summary, a[href], .scroll[tabindex], input, select, button")];
    targets.forEach((target, index) => target.setAttribute("data-stop", String(index)));
    document.body.focus();
    return targets.length;
  });
  const reached = new Set();
  for (let press = 0; press < wanted + 5; press++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => document.activeElement?.getAttribute("data-stop"));
    if (stop !== null && stop !== undefined) reached.add(stop);
  }
  return wanted - reached.size;
}
