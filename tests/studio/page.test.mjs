// Each view in a real browser: light and dark, wide and narrow, with jobs that a person outside may have named.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { VIEWS, WINDOWS, faults, open, openPage, show } from "./browser.mjs";
import { HOSTILE, start } from "./server.mjs";

let browser;
let server;
before(async () => {
  // One after the other: what has started is known to after(), also when the next does not start.
  browser = await open();
  server = await start();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// What these views show later than their first data.
const SHOWN_LAST = { log: ".line", compare: ".chart canvas" };

for (const width of new Set(WINDOWS.map((window) => window.width)))
  test(`every view, ${width} px wide: accessible in light and dark, without a message, nothing asked of another host`, async () => {
    const { page, seen } = await openPage(browser, { width });
    for (const [name, view] of Object.entries(VIEWS)) {
      await show(page, server.address, view);
      if (SHOWN_LAST[name]) await page.waitForSelector(SHOWN_LAST[name]);
      for (const window of WINDOWS.filter((one) => one.width === width)) {
        const { colorScheme } = window;
        await page.emulateMedia({ colorScheme });
        const scroll = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(scroll, 0, `${name} scrolls sideways in ${colorScheme}`);
        assert.deepEqual(await faults(page, window), [], `${name} in ${colorScheme}`);
      }
    }
    assert.deepEqual(seen.messages, []);
    assert.deepEqual(
      seen.requests.filter((url) => !url.startsWith(server.address)),
      [],
    );
  });

for (const [view, parts] of [
  [VIEWS.print, ["Overview", "Metrics", "Evaluation"]],
  [VIEWS.sweep.replace(/sweep$/, "print"), ["Overview", "Trials", "Metrics", "Evaluation"]],
])
  test(`printing ${view} gives ${parts.join(", ")} and no control of the page`, async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, view);
    await page.evaluate(() => (window.print = () => (document.title = "printed")));
    await page.getByRole("button", { name: "Print" }).click();
    assert.equal(await page.title(), "printed");
    await page.emulateMedia({ media: "print" });
    const shown = (selector) => page.locator(`main ${selector} >> visible=true`);
    assert.deepEqual(await shown("section.part section.part > h2").allTextContents(), parts);
    assert.ok((await shown("table, dl").count()) >= parts.length);
    assert.deepEqual(await shown("button, input, nav, .on-screen").count(), 0);
    if (view === VIEWS.print) assert.match(await shown(".on-paper").textContent(), /a score of at least 0\.\d\d;/);
  });

test("a metric of -1, for which there was nothing to measure, is no number of the tables", async () => {
  const { page } = await openPage(browser);
  await show(page, server.address, VIEWS.overview);
  const table = page.locator("table", { has: page.locator("caption", { hasText: "COCO's numbers" }) });
  const place = (await table.locator("th").allTextContents()).findIndex((name) => name.startsWith("AP_large"));
  assert.ok(place > 0);
  assert.deepEqual(await table.locator(`tbody tr > :nth-child(${place + 1})`).allTextContents(), ["–", "–"]);
});

test("a trial whose artifacts were not fetched is named without a link", async () => {
  const { page } = await openPage(browser);
  await show(page, server.address, VIEWS.sweep);
  const links = await page.locator("main table a").allTextContents();
  assert.deepEqual(
    links.map((name) => Number(name.split("_")[1])),
    [0, 1, 2, 4, 5, 6, 7, 8],
  );
});

describe("text from outside", () => {
  test("names, tags and errors stay text, and show what cannot be seen", async () => {
    const { page, seen } = await openPage(browser);
    for (const view of [
      "#/jobs",
      "#/jobs/demo-hostile",
      "#/jobs/demo-hostile/artifacts",
      "#/jobs/demo-hostile/dataset",
      "#/jobs/demo-hostile/log",
    ]) {
      await show(page, server.address, view);
      const text = await page.evaluate(() => document.body.innerText);
      assert.doesNotMatch(text, /[\u202e\u001b]/, view);
      assert.equal(await page.evaluate(() => document.querySelectorAll("main img[src='x'], main script").length), 0, view);
    }
    await show(page, server.address, "#/jobs/demo-hostile");
    assert.ok((await page.textContent("main")).includes(HOSTILE.replace("\u202e", "\\u202e").replace("\u001b", "\\x1b")));
    assert.deepEqual(seen.messages, []);
  });

  test("a line of 100,000 characters is cut with a mark", async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, "#/jobs/demo-hostile/log");
    await page.getByRole("button", { name: "Earlier lines" }).click();
    await page.waitForFunction(() => document.querySelector(".log").textContent.includes("more characters]"));
    const longest = await page.evaluate(() => Math.max(...[...document.querySelectorAll(".line")].map((line) => line.textContent.length)));
    assert.ok(longest < 4100, `${longest} characters`);
  });
});

test("a log of one line of 300 MiB is shown by windows, and a match in its middle is seen", async () => {
  const entry = server.jobs.get("demo-bbbbbbbbbbbb");
  const [kept, huge] = [entry.log, Buffer.alloc(300 * 1024 * 1024, "y")];
  huge.write("Traceback: the place", 123_456_789);
  entry.log = huge;
  const { page, seen } = await openPage(browser);
  await show(page, server.address, "#/jobs/demo-bbbbbbbbbbbb/log");
  await page.waitForSelector(".line >> text=more characters]");
  await page.getByRole("searchbox").fill("the place");
  await page.getByRole("button", { name: "Previous" }).click();
  await page.waitForSelector("mark >> text=Traceback: the place");
  await page.getByRole("searchbox").fill("");
  await page.getByRole("button", { name: "First error" }).click();
  await page.waitForSelector("mark >> text=/characters before.*Traceback: the place.*more characters/");
  const shown = await page.evaluate(() => document.querySelector(".log").textContent.length);
  assert.ok(shown < 10_000, `${shown} characters`);
  assert.deepEqual(seen.messages, []);
  entry.log = kept;
});

test("the dataset's findings and faults are shown with their pictures, and a cluster with its price", async () => {
  const { page } = await openPage(browser);
  await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/dataset");
  await page.waitForFunction(() => [...document.querySelectorAll(".pictures img")].filter((image) => image.naturalWidth === 160).length === 2);
  assert.match(await page.textContent("main"), /train.*401.*near-duplicates/s);
  assert.equal(await page.locator("svg.histogram rect").count(), 4);
  assert.doesNotMatch(await page.textContent("main"), /Faults|no hash/);
  await show(page, server.address, "#/jobs/demo-hostile/dataset");
  assert.match(await page.textContent("main"), /no hash.*Faults.*alert\(1\)/s);
  await show(page, server.address, "#/clusters");
  assert.match(await page.textContent("main"), /about 0\.0586 USD per node and hour/);
});

describe("the log", () => {
  test("shows its end, follows, finds text and the first error by windows", async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/log");
    await page.waitForSelector("text=step 5999/6000");
    assert.equal(await page.locator("text=step 10/6000").count(), 0, "the whole log is loaded");

    await page.getByRole("searchbox").fill("step 17/6000");
    await page.getByRole("button", { name: "Next" }).click();
    assert.match(await page.locator("mark").textContent(), /^step 17\/6000/);

    await page.getByRole("button", { name: "First error" }).click();
    await page.waitForFunction(() => document.querySelector("mark")?.textContent.startsWith("Traceback"));
  });

  test("grows as the job writes, each line once", async () => {
    const { page } = await openPage(browser);
    const entry = server.jobs.get("demo-bbbbbbbbbbbb");
    await show(page, server.address, "#/jobs/demo-bbbbbbbbbbbb/log");
    await page.waitForSelector("text=step 1/240");
    for (const part of ["step 2/2", "40\nstep 3/240\n", "ä and no end"]) {
      entry.log = Buffer.concat([entry.log, Buffer.from(part)]);
      server.send("log", { job: "demo-bbbbbbbbbbbb", bytes: entry.log.length });
      await page.waitForFunction(
        (text) => document.querySelector(".log").textContent.includes(text),
        part.split("\n").at(-1) || part.split("\n").at(-2),
      );
    }
    const lines = await page.locator(".line").allTextContents();
    assert.deepEqual(lines, ["[1/7] check the settings", "step 1/240 loss 1.6", "step 2/240", "step 3/240", "ä and no end"]);
  });
});

describe("jobs", () => {
  test("are filtered by words, sorted, and their columns are remembered", async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, "#/jobs");
    await page.getByLabel("Filter").fill("running");
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.getByLabel("Filter").fill("git_commit=111 completed");
    assert.equal(await page.locator("tbody tr").count(), 2);
    await page.getByLabel("Filter").fill("");
    await page.getByRole("button", { name: /^eval_mAP/ }).click();
    assert.match(await page.locator("tbody tr").first().textContent(), /0\.5462/);
    await page.locator("summary", { hasText: "Columns" }).click();
    await page.getByLabel("train_loss", { exact: true }).check();
    await page.reload();
    await page.waitForSelector("th >> text=train_loss");
  });

  test("two chosen jobs are compared by config, metrics with intervals, and curves", async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, "#/jobs");
    await page.getByLabel("Compare demo-aaaaaaaaaaaa").check();
    await page.getByLabel("Compare demo-bbbbbbbbbbbb").check();
    await page.getByRole("link", { name: "Compare 2 jobs" }).click();
    await page.waitForSelector("text=0.5000 (0.4600 to 0.5500)");
    assert.deepEqual(await page.locator("tr", { hasText: "RUN_PARAMS.SEED" }).locator("td").allTextContents(), ["RUN_PARAMS.SEED", "0", "1"]);
    await page.locator(".chart canvas").nth(2).waitFor(); // the curves come after the table
    assert.equal(await page.locator(".chart canvas").count(), 3);
  });

  test("a job that has ended is submitted again", async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa");
    await page.getByRole("button", { name: "Submit again", exact: true }).click();
    await page.getByRole("button", { name: "Submit again demo-aaaaaaaaaaaa" }).click();
    await page.waitForSelector("text=demo-aaaaaaaaaaaa-2 is submitted.");
  });

  test("a job is canceled after a confirmation that names it", async () => {
    const { page } = await openPage(browser);
    await show(page, server.address, "#/jobs/demo-bbbbbbbbbbbb");
    const asked = () => server.requests.filter((request) => request.startsWith("POST"));
    const count = asked().length;
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    assert.equal(asked().length, count, "canceled without a confirmation");
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("button", { name: "Cancel demo-bbbbbbbbbbbb" }).click();
    await page.waitForSelector("text=demo-bbbbbbbbbbbb is being canceled.");
    await page.waitForSelector(".state-canceled");
    assert.deepEqual(asked().slice(count), ["POST /studio/api/jobs/demo-bbbbbbbbbbbb/cancel"]);
  });
});
