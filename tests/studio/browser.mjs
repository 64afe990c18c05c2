// What the tests share: the browser, a page that records what it asks for and says, and the check of accessibility.
import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { violations } from "../Fixtures/Pages/views.mjs";

export { VIEWS as WINDOWS } from "../Fixtures/Pages/views.mjs";

export const VIEWS = {
  jobs: "#/jobs",
  overview: "#/jobs/demo-aaaaaaaaaaaa",
  metrics: "#/jobs/demo-aaaaaaaaaaaa/metrics",
  log: "#/jobs/demo-aaaaaaaaaaaa/log",
  images: "#/jobs/demo-aaaaaaaaaaaa/images",
  evaluation: "#/jobs/demo-aaaaaaaaaaaa/evaluation",
  dataset: "#/jobs/demo-aaaaaaaaaaaa/dataset",
  artifacts: "#/jobs/demo-aaaaaaaaaaaa/artifacts",
  print: "#/jobs/demo-aaaaaaaaaaaa/print",
  sweep: "#/jobs/sweep-cccccccccccc/sweep",
  compare: "#/compare/demo-aaaaaaaaaaaa,demo-bbbbbbbbbbbb",
  clusters: "#/clusters",
};

// The shell draws no window around its pages, which costs as much as a page.
const BROWSERS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

export const open = () => {
  const executablePath = process.env.CHROMIUM ?? BROWSERS.find((file) => existsSync(file)) ?? BROWSERS[0];
  if (!existsSync(executablePath))
    throw new Error(`${executablePath} is missing; install chromium-headless-shell, or name another one in CHROMIUM.`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
};

// The page that the tests of a browser use one after the other: most of them take less time than a new page does.
const pages = new WeakMap();

/** Opens an empty page without anything kept, and records its requests, its messages and its dialogs. Other options make a new page. */
export async function openPage(browser, { colorScheme = "light", width = 1280, height = 900, ...rest } = {}) {
  const own = Object.keys(rest).length > 0;
  const opened = (own ? undefined : pages.get(browser)) ?? (await newPage(browser, rest));
  if (!own) pages.set(browser, opened);
  const { page } = opened;
  if (page.url() !== "about:blank") {
    await page.evaluate(() => localStorage.clear());
    await page.goto("about:blank");
  }
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ media: null, colorScheme, reducedMotion: "reduce" });
  opened.seen = { requests: [], messages: [] };
  return { page, seen: opened.seen };
}

async function newPage(browser, options) {
  const opened = { page: await (await browser.newContext(options)).newPage(), seen: null };
  const { page } = opened;
  page.on("request", (request) => opened.seen.requests.push(request.url()));
  page.on("console", (message) => opened.seen.messages.push(message.text()));
  page.on("pageerror", (error) => opened.seen.messages.push(String(error)));
  page.on("dialog", (dialog) => {
    opened.seen.messages.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return opened;
}

/** Goes to a view and waits until it shows no "Loading". */
export async function show(page, address, view) {
  await page.goto(address + view);
  await page.waitForFunction(() => document.querySelector("main")?.textContent && !/Loading .* …/.test(document.body.textContent));
}

// The lines of a log are alike, and a window of it has thousands: axe-core would walk through all of them.
const LINES_AFTER_THE_FIRST = ".chunk > .line:nth-child(n+20)";

/**
 * Returns the serious faults of accessibility that axe-core finds by the rules of one of WINDOWS, or by all.
 * A log keeps only the first lines of each chunk.
 */
export async function faults(page, window) {
  await page.evaluate((lines) => document.querySelectorAll(lines).forEach((line) => line.remove()), LINES_AFTER_THE_FIRST);
  const isThere = await page.evaluate(() => "axe" in globalThis); // a page keeps axe-core until it is loaded again
  const axe = new AxeBuilder({ page, axeSource: isThere ? ";" : undefined }).options({ resultTypes: ["violations"] });
  const broken = await violations(axe, window);
  return broken
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .map((node) => node.target.join(" "))
          .slice(0, 4)
          .join(", ")}`,
    );
}
