// Pages without a server: data.html as Check-Data writes it, and the figures of report.html, opened as files.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { classCounts, countConfusions, readEvaluation } from "../../src/Studio/web/lib/matching.js";
import { WINDOWS, faults, open, openPage } from "./browser.mjs";
import { HOSTILE, evaluation, png } from "./server.mjs";

const TRAINER = fileURLToPath(new URL("../../src/training", import.meta.url));
const CLASS = "</script><script>alert(1)</script>";
const folder = mkdtempSync(path.join(tmpdir(), "pages-"));
let browser;
before(async () => {
  browser = await open();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** Runs Check-Data on a dataset of a few pictures, whose names and classes a person outside chose, and returns the address of data.html. */
function checkData() {
  const page = path.join(folder, "out", "data.html");
  if (existsSync(page)) return pathToFileURL(page).href;
  const [images, csvs] = ["images", "datasets"].map((name) => path.join(folder, "data", "pothole", name));
  for (const each of [images, csvs]) mkdirSync(each, { recursive: true });
  const rows = { train: [], test: [] };
  for (let place = 0; place < 6; place++) {
    const name = place === 0 ? `${CLASS.replaceAll("/", "")}.png` : `road_${place}.png`;
    writeFileSync(path.join(images, name), png(160, 120, 60 + 20 * place));
    rows[place < 4 ? "train" : "test"].push(
      `${name},${5 + place},5,${40 + 9 * place},60,"${CLASS}"`,
      `${name},5,70,40,100,${place % 2 ? "crack" : `"${CLASS}"`}`,
    );
  }
  rows.train.push('road_1.png,1,1,900,20,"crack\u202e"');
  for (const [split, lines] of Object.entries(rows))
    writeFileSync(path.join(csvs, `${split}_pothole_240102030405.csv`), ["filename,xmin,ymin,xmax,ymax,class", ...lines, ""].join("\n"));
  const config = fileURLToPath(new URL("../../exp_configs/demo.json", import.meta.url));
  const options = ["--exp-config", config, "--data", path.join(folder, "data"), "--output", path.join(folder, "out")];
  const done = spawnSync("/usr/bin/python3", ["-m", "detection", "inspect-data", ...options], {
    env: { ...process.env, PYTHONPATH: TRAINER },
    encoding: "utf-8",
  });
  assert.match(done.stdout, /data\.html shows them/, done.stdout + done.stderr);
  return pathToFileURL(page).href;
}

/** Writes a page with one figure, as report.html holds it. */
function write(component, props, table) {
  const [script, style] = ["js", "css"].map((kind) => readFileSync(path.join(TRAINER, `detection/inspect/figures.${kind}`), "utf-8"));
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const data = JSON.stringify({ one: [component, props] }).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
  const file = path.join(folder, `${component}.html`);
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${component}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; script-src ${hash(script)}; style-src ${hash(style)}">
<style>${style}</style><script type="application/json" id="figures">${data}</script><script>${script}</script></head>
<body><main><h1>${component}</h1><h2>Figure</h2><div data-figure="one">${table}</div></main></body></html>`,
  );
  return pathToFileURL(file).href;
}

test("data.html draws its figures, is accessible, and asks for nothing", async () => {
  const address = checkData();
  for (const window of WINDOWS) {
    const { colorScheme, width } = window;
    const { page, seen } = await openPage(browser, { colorScheme, width });
    await page.goto(address);
    await page.waitForFunction(() => document.querySelectorAll("[data-figure] > .drawn").length === document.querySelectorAll("[data-figure]").length);
    assert.deepEqual(await faults(page, window), [], `${colorScheme} ${width}`);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0);
    assert.deepEqual([seen.messages, seen.requests.filter((url) => url !== address && !url.startsWith("data:"))], [[], []]);
    assert.ok((await page.locator("svg.histogram").count()) >= 4);
    assert.equal(await page.locator(".framed img").evaluateAll((all) => all.filter((image) => image.naturalWidth === 0).length), 0);
    assert.equal(await page.evaluate(() => document.querySelectorAll("script").length), 2);
    assert.match(await page.textContent("main"), /1 fault/);
    assert.ok((await page.textContent(".keys >> nth=1")).includes(CLASS));
    assert.doesNotMatch(await page.textContent("main"), /\u202e/);
  }
});

test("data.html draws a box where the CSV has it", async () => {
  const { page } = await openPage(browser);
  await page.goto(checkData());
  await page.waitForSelector(".framed rect");
  const figure = page.locator("figure", { hasText: "road_1.png" }).last();
  const drawn = await figure.locator("rect").evaluateAll((all) => all.map((rect) => ["x", "y", "width", "height"].map((key) => Number(rect.getAttribute(key)))));
  assert.deepEqual(drawn, [
    [6, 5, 43, 55],
    [5, 70, 35, 30],
  ]);
  const [image, box] = [await figure.locator("img").boundingBox(), await figure.locator("rect").first().boundingBox()];
  assert.ok(Math.abs((box.x - image.x) / image.width - 6 / 160) < 0.02, JSON.stringify([image, box]));
});

test("data.html shows tables and pictures without script", async (t) => {
  const { page, seen } = await openPage(browser);
  const client = await page.context().newCDPSession(page);
  const disableScript = (value) => client.send("Emulation.setScriptExecutionDisabled", { value });
  await disableScript(true);
  t.after(() => disableScript(false));
  await page.goto(checkData());
  const main = page.locator("main");
  assert.equal(await main.locator(".drawn").count(), 0);
  assert.match(await main.textContent(), /Objects of each class.*crack.*Image sizes/s);
  assert.ok((await main.locator("figure img").count()) >= 6);
  assert.deepEqual(seen.messages, []);
});

test("the slider of a page without a server counts as the trainer does", async () => {
  const { truth, predictions } = evaluation(11, 20, CLASS);
  const curves = truth.categories.map(({ name }, place) => ({ name, ap50: 0.9 - place / 10, precision: Array.from({ length: 101 }, (_, at) => 1 - at / 400) }));
  const { page, seen } = await openPage(browser);
  await page.goto(write("Evaluation", { truth, predictions, curves, before: curves, classes: [], counts: [] }, "<table><tr><td>7</td></tr></table>"));
  await page.waitForSelector(".chart canvas");
  const read = readEvaluation(truth, predictions);
  const shown = () => page.locator("section:has(> h3:text-is('Classes')) tbody tr td:nth-child(2)").allTextContents();
  const wanted = (threshold) => classCounts(countConfusions(read, threshold), read.classes).map(({ tp }) => String(tp));
  assert.deepEqual(await shown(), wanted(0.5));
  await page.locator("input[type=range]").fill("0.85");
  await page.waitForFunction(() => document.querySelector("output").textContent === "0.85");
  assert.deepEqual(await shown(), wanted(0.85));
  assert.notDeepEqual(wanted(0.85), wanted(0.5));
  assert.ok((await page.textContent("main")).includes(CLASS.slice(0, 20)));
  assert.deepEqual(await faults(page), []);
  assert.deepEqual(seen.messages, []);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("input[type=range]").isVisible(), false);
  assert.equal(await page.locator(".chart canvas").first().isVisible(), true);
  // The legend names the lines, without the place and the values of a pointer.
  const labels = await page.locator(".u-legend .u-series:visible").allInnerTexts();
  assert.ok(labels.length > 0 && labels.every((text) => text.trim() && !/[:–-]\s*$/.test(text)), labels.join());
});

for (const theme of ["", "dark"])
  test(`paper is light, also where the screen is dark${theme && " by choice"}`, async () => {
    const { truth, predictions } = evaluation(11, 20, "pothole");
    const { page } = await openPage(browser, { colorScheme: theme ? "light" : "dark" });
    await page.goto(write("Evaluation", { truth, predictions, curves: [], before: [], classes: [], counts: [] }, ""));
    await page.waitForSelector(".drawn h3");
    await page.evaluate((name) => { if (name) document.documentElement.dataset.theme = name; }, theme);
    const color = () => page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.documentElement).getPropertyValue("--line-1").trim()]);
    assert.deepEqual(await color(), ["rgb(230, 237, 244)", "#6db1ff"]);
    await page.emulateMedia({ media: "print" });
    assert.deepEqual(await color(), ["rgb(22, 32, 43)", "#0b62c4"]);
  });

test("a figure that cannot be drawn leaves its table", async () => {
  const { page, seen } = await openPage(browser);
  await page.goto(write("MetricsTable", { metrics: 7 }, "<table><tr><td>the table</td></tr></table>"));
  await page.waitForFunction(() => document.readyState === "complete");
  assert.equal(await page.textContent("[data-figure]"), "the table");
  assert.equal(seen.messages.length, 1);
  await page.goto(write("Trials", { objective: { metric: HOSTILE, goal: "maximize" }, trials: [{ name: HOSTILE, state: HOSTILE, parameters: { [HOSTILE]: HOSTILE }, metric: 1 }] }, ""));
  await page.waitForSelector(".drawn table");
  assert.equal(await page.evaluate(() => document.querySelectorAll("main img, main script").length), 0);
  assert.doesNotMatch(await page.textContent("main"), /[\u202e\u001b]/);
});
