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

export const open = () => {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is missing; install chromium, or name another one in CHROMIUM.`);
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
};

/** Opens a page of its own and records its requests, its messages and its dialogs. */
export async function openPage(browser, { colorScheme = "light", width = 1280, height = 900, ...rest } = {}) {
  const context = await browser.newContext({ colorScheme, viewport: { width, height }, reducedMotion: "reduce", ...rest });
  const page = await context.newPage();
  const seen = { requests: [], messages: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => seen.messages.push(message.text()));
  page.on("pageerror", (error) => seen.messages.push(String(error)));
  page.on("dialog", (dialog) => {
    seen.messages.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return { page, context, seen };
}

/** Goes to a view and waits until it shows no "Loading". */
export async function show(page, address, view) {
  await page.goto(address + view);
  await page.waitForFunction(() => document.querySelector("main")?.textContent && !/Loading .* …/.test(document.body.textContent));
}

// The lines of a log are alike, and a window of it has thousands: axe-core reads the first of each chunk.
const LINES_AFTER_THE_FIRST = ".chunk > .line:nth-child(n+20)";

/** Returns the serious faults of accessibility that axe-core finds by the rules of one of WINDOWS, or by all. */
export async function faults(page, window) {
  const broken = await violations(new AxeBuilder({ page }).exclude(LINES_AFTER_THE_FIRST), window);
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
