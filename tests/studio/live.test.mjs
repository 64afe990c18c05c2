// The page during a real run: the host submits the demo with few steps, the emulator's job trains, and the page follows without a reload.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { faults, open, openPage } from "./browser.mjs";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const HOST = process.env.TESTED_HOST ?? path.join(REPOSITORY, "build/bin/Debug/net10.0/Build.dll");
const LONGEST = 120_000; // milliseconds until a state of a job must show; a busy machine needs more than the minute of an idle one

let browser;
let checkout;

/** Runs the host on the checkout and returns what it prints. */
async function host(...options) {
  const { stdout } = await promisify(execFile)("dotnet", [HOST, `--working=${checkout}`, ...options], {
    cwd: checkout,
    env: { ...process.env, CI: "true", DOCKER_HOST: "unix:///nonexistent/docker.sock" },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Writes the demo's experiment with few steps, submits it, and returns the job's name. */
async function submit(steps) {
  const experiment = JSON.parse(readFileSync(path.join(REPOSITORY, "exp_configs/demo.json"), "utf-8"));
  Object.assign(experiment.RUN_PARAMS, { STEPS: steps, WARMUP_STEPS: 2, BATCH_SIZE: 1 });
  experiment.MODEL_PARAMS.IMAGE_SIZE = 64;
  writeFileSync(path.join(checkout, "exp_configs/demo.json"), JSON.stringify(experiment));
  return /--job=(demo-[0-9a-f]{12})/.exec(await host("--target=Train", "--wait=false"))[1];
}

before(async () => {
  assert.ok(existsSync(HOST), `${HOST} is missing; build it: dotnet build build`);
  checkout = mkdtempSync(path.join(tmpdir(), "studio-run-"));
  for (const folder of ["exp_configs", "configuration"]) mkdirSync(path.join(checkout, folder));
  for (const file of ["exp_configs/demo.json", "configuration/local_config.json", ".dockerignore"])
    copyFileSync(path.join(REPOSITORY, file), path.join(checkout, file));
  for (const folder of ["src", "docker"]) symlinkSync(path.join(REPOSITORY, folder), path.join(checkout, folder));
  // The demo's pictures, if another suite of this run has drawn them.
  const drawn = path.join(process.env.TEST_RUN_FOLDER ?? "", "demo-data");
  mkdirSync(path.join(checkout, ".local"));
  if (process.env.TEST_RUN_FOLDER && existsSync(drawn)) symlinkSync(drawn, path.join(checkout, ".local/datastores"));
  browser = await open();
});
after(async () => {
  await browser?.close();
  if (!checkout) return;
  await host("--target=Stop-Emulator");
  rmSync(checkout, { recursive: true });
});

/** Waits until the chart of the loss has a point beyond a step, and returns its last step and its number of points. */
async function lossBeyond(page, last) {
  const read = (least) => {
    const words = document.querySelector(".chart [aria-label^='Loss.']")?.getAttribute("aria-label") ?? "";
    const [, step, points] = / at (\d+) \((\d+) points?\)/.exec(words) ?? [];
    return Number(step) > least && { step: Number(step), points: Number(points) };
  };
  return (await page.waitForFunction(read, last, { timeout: LONGEST })).jsonValue();
}

const lines = (page) => page.locator(".line").allTextContents();
const state = (page, name) => page.waitForSelector(`.head .state-${name}`, { timeout: LONGEST });

test("the page follows a run from its first lines to its end, and the curves of another one, which it cancels", async () => {
  const address = /https?:\/\/\S+\/studio\?token=\w+/.exec(await host("--target=Studio"))[0];
  const { page, seen } = await openPage(browser, { ignoreHTTPSErrors: true });
  await page.goto(address);
  await page.evaluate(() => (window.isFirstLoad = true)); // gone after a reload

  const job = await submit(4);
  await page.getByRole("link", { name: job }).click();
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await page.waitForSelector(".line >> text=[1/7]", { timeout: LONGEST });
  const begun = await lines(page);
  await page.waitForFunction((count) => document.querySelectorAll(".line").length > count, begun.length, { timeout: LONGEST });
  assert.deepEqual((await lines(page)).slice(0, begun.length - 1), begun.slice(0, -1), "lines that were shown have changed");

  await page.getByRole("link", { name: "Overview" }).click();
  await state(page, "completed");
  const stages = await page.locator(".stages li").allInnerTexts();
  assert.equal(stages.length, 7);
  for (const stage of stages) assert.match(stage, /\d:\d\d.*\d (s|min)$/s, "a start and a duration");
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await page.waitForSelector(".line >> text=the model is in");
  const written = readFileSync(path.join(checkout, ".local/emulator/jobs", job, "user_logs/std_log.txt"), "utf-8");
  assert.deepEqual((await lines(page)).map((line) => line.trim()), written.trimEnd().split("\n").map((line) => line.trim() || ""));
  await page.evaluate((name) => (location.hash = `#/jobs/${name}/images?filter=all`), job);
  await page.waitForSelector(".overlay image");
  assert.deepEqual(await faults(page), []);

  const long = await submit(2000); // its curves have a point every 20 steps
  await page.getByRole("link", { name: "Jobs" }).click();
  await page.getByRole("link", { name: long }).click();
  await page.getByRole("link", { name: "Metrics", exact: true }).click();
  const first = await lossBeyond(page, 0);
  const second = await lossBeyond(page, first.step);
  assert.ok(second.points > first.points, JSON.stringify([first, second]));
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("button", { name: `Cancel ${long}` }).click();
  await state(page, "canceled");

  assert.ok(await page.evaluate(() => window.isFirstLoad), "the page was loaded again");
  assert.deepEqual(seen.messages, []);
  assert.deepEqual(
    seen.requests.filter((url) => !url.startsWith(new URL(address).origin)),
    [],
  );
});
