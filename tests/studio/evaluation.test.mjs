// What the page draws and counts is what the trainer's files say.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { classCounts, countConfusions, countImages, mistakes, pair, readEvaluation } from "../../src/Studio/web/lib/matching.js";
import { open, openPage, show } from "./browser.mjs";
import { evaluation, start } from "./server.mjs";

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

// The trainer's own functions; they need numpy and no PyTorch.
const TRAINER = `
import json, sys
import numpy as np
from detection.evaluate.binary_metrics import evaluate_images
from detection.evaluate.confusion import count_confusions, image_outcome
from detection.evaluate.detections import Detections, GroundTruth
def boxes(entries):
    found = np.array([entry["bbox"] for entry in entries], float).reshape(-1, 4)
    return np.hstack([found[:, :2], found[:, :2] + found[:, 2:]]), np.array([entry["category_id"] for entry in entries], np.int64)
def answers(truth, predictions, thresholds):
    truths, detections = {}, {}
    for number, name in {image["id"]: image["file_name"] for image in truth["images"]}.items():
        own = [entry for entry in truth["annotations"] if entry["image_id"] == number]
        truths[name] = GroundTruth(*boxes(own), crowd=[bool(entry["iscrowd"]) for entry in own])
        own = [entry for entry in predictions if entry["image_id"] == number]
        detections[name] = Detections(*boxes(own), np.array([entry["score"] for entry in own], float))
    for threshold in thresholds:
        outcomes = {name: image_outcome(truths[name], detections[name], threshold=threshold, iou=0.5) for name in truths}
        yield {
            "confusion": count_confusions(truths, detections, [1, 2], threshold=threshold, iou=0.5).tolist(),
            "images": {
                key[7:]: int(value)
                for key, value in evaluate_images(truths, detections, threshold).items()
                if key[7:] in ("tp", "fp", "tn", "fn")
            },
            "mistakes": {name: [int(one.missed.sum()), int(one.wrong.sum())] for name, one in outcomes.items()},
        }
print(json.dumps([list(answers(**given)) for given in json.load(sys.stdin)]))
`;

test("pairs, counts and mistakes are those of the trainer at every threshold, with crowds too", () => {
  const thresholds = [0, 0.25, 0.5, 0.77, 0.95, 1];
  const seeds = [1, 2, 3, 4, 5];
  const given = seeds.map((seed) => {
    const { truth, predictions } = evaluation(seed, 40);
    truth.annotations.forEach((annotation, index) => (annotation.iscrowd = index % 9 === 0 ? 1 : 0));
    predictions.push(...predictions.slice(0, 10).map((prediction) => ({ ...prediction, category_id: 3 - prediction.category_id })));
    return { truth, predictions, thresholds };
  });
  const done = spawnSync("/usr/bin/python3", ["-c", TRAINER], {
    input: JSON.stringify(given),
    env: { ...process.env, PYTHONPATH: fileURLToPath(new URL("../../src/training", import.meta.url)) },
    encoding: "utf-8",
  });
  assert.equal(done.status, 0, done.stderr);
  JSON.parse(done.stdout).forEach((answers, place) => {
    const read = readEvaluation(given[place].truth, given[place].predictions);
    answers.forEach((expected, index) => {
      const [seed, threshold] = [seeds[place], thresholds[index]];
      assert.deepEqual(countConfusions(read, threshold), expected.confusion, `seed ${seed}, ${threshold}`);
      assert.deepEqual(countImages(read, threshold), expected.images, `seed ${seed}, ${threshold}`);
      for (const image of read.images) {
        const { missed, wrong, confused } = mistakes(pair(image, threshold));
        assert.deepEqual(
          [missed.length + confused.length, wrong.length + confused.length],
          expected.mistakes[image.file],
          `seed ${seed}, ${threshold}, ${image.file}`,
        );
      }
    });
  });
});

test("the overlay draws the boxes of predictions.json where they are", async () => {
  const { page } = await openPage(browser);
  const { files } = server.jobs.get("demo-aaaaaaaaaaaa");
  await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/images?filter=all");
  await page.waitForSelector(".overlay");
  const name = (await page.locator(".files button[aria-current=true]").textContent()).trim().split(" ")[0];
  const { id } = files.truth.images.find(({ file_name: file }) => file === name);
  const wanted = files.predictions.filter(({ image_id: image, score }) => image === id && score >= 0.5).map(({ bbox }) => bbox);
  assert.ok(wanted.length > 0);
  const drawn = await page
    .locator(".prediction rect")
    .evaluateAll((all) => all.map((rect) => ["x", "y", "width", "height"].map((key) => Number(rect.getAttribute(key)))));
  const sorted = (boxes) => boxes.toSorted((a, b) => a[0] - b[0]);
  assert.deepEqual(sorted(drawn), sorted(wanted));

  // Three points of an edge have the color of a prediction, three beside it have not.
  const [x, y, width, height] = wanted[0];
  const place = await page.locator(".overlay").evaluate(
    (svg, points) => {
      const matrix = svg.getScreenCTM();
      return points.map(([px, py]) => [matrix.a * px + matrix.e, matrix.d * py + matrix.f]);
    },
    [
      [x, y + height * 0.3],
      [x + width, y + height * 0.6],
      [x + width * 0.5, y + height],
      [x + width / 2, y + height / 2],
    ],
  );
  await page.getByRole("checkbox", { name: "ground truth" }).uncheck();
  const shot = await page.screenshot();
  await page.goto("about:blank"); // the page's own policy lets no script read a picture
  const colors = await page.evaluate(
    async ([image, points]) => {
      const bitmap = await createImageBitmap(await (await fetch(image)).blob());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
      canvas.drawImage(bitmap, 0, 0);
      return points.map(([px, py]) => [...canvas.getImageData(Math.round(px), Math.round(py), 1, 1).data].slice(0, 3));
    },
    [`data:image/png;base64,${shot.toString("base64")}`, place],
  );
  const isColored = (color) => Math.max(...color) - Math.min(...color) > 60;
  assert.deepEqual(colors.map(isColored), [true, true, true, false], JSON.stringify(colors));
});

test("the slider changes the counts of every view", async () => {
  const { page } = await openPage(browser);
  const { files } = server.jobs.get("demo-aaaaaaaaaaaa");
  const read = readEvaluation(files.truth, files.predictions);
  const shown = () => page.locator("section:has(> h3:text-is('Classes')) tbody tr td:nth-child(2)").allTextContents();
  const wanted = (threshold) => classCounts(countConfusions(read, threshold), read.classes).map(({ tp }) => String(tp));
  await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/evaluation");
  assert.deepEqual(await shown(), wanted(0.5));
  await page.locator("input[type=range]").fill("0.9");
  await page.waitForFunction(() => document.querySelector("output").textContent === "0.90");
  assert.deepEqual(await shown(), wanted(0.9));
  assert.notDeepEqual(wanted(0.9), wanted(0.5));

  await page.getByRole("link", { name: "Images", exact: true }).click();
  await page.waitForSelector(".files");
  assert.equal(await page.locator("output").textContent(), "0.90");

  await page.getByRole("link", { name: "Evaluation" }).click();
  await page.locator(".confusion td a").first().click();
  await page.waitForSelector("text=Actual pothole, predicted");
});

test("crowds and ignored objects are drawn apart from those that count", async () => {
  const { page } = await openPage(browser);
  const { annotations } = server.jobs.get("demo-aaaaaaaaaaaa").files.truth;
  const image = annotations.find(({ image_id: id }) => annotations.filter(({ image_id: other }) => other === id).length > 1).image_id;
  const own = annotations.filter(({ image_id: id }) => id === image);
  own[0].iscrowd = 1;
  await show(page, server.address, `#/jobs/demo-aaaaaaaaaaaa/images?filter=all&file=road_${String(image).padStart(3, "0")}.png`);
  await page.waitForSelector(".overlay .neutral");
  const drawn = (kind) => page.locator(`.overlay .${kind} rect`).evaluateAll((all) => all.map((rect) => Number(rect.getAttribute("x"))));
  assert.deepEqual(await drawn("neutral"), [own[0].bbox[0]]);
  assert.deepEqual((await drawn("truth")).toSorted(), own.slice(1).map(({ bbox }) => bbox[0]).toSorted());
  assert.equal(await page.locator(".overlay .neutral title").textContent(), `crowd: ${own[0].category_id === 1 ? "pothole" : "crack"}, does not count`);
  own[0].iscrowd = 0;
});

test("two fingers zoom the image about their middle, and one finger moves it then", async () => {
  const { page } = await openPage(browser, { width: 390 });
  await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/images?filter=all");
  await page.locator(".overlay").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await page.locator(".stage").boundingBox();
  const [middle, row] = [x + width / 2, y + height / 3];
  const client = await page.context().newCDPSession(page);
  const touch = (type, ...points) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([px, py], id) => ({ x: px, y: py, id })) });
  // The place of a picture's point on the screen, and the picture's scale.
  const view = () =>
    page.locator(".overlay").evaluate((svg) => {
      const { a, e, f } = svg.getScreenCTM();
      return { scale: a, left: e, top: f };
    });
  const before = await view();
  await touch("touchStart", [middle - 30, row], [middle + 30, row]);
  for (const half of [40, 50, 60]) await touch("touchMove", [middle - half, row], [middle + half, row]);
  await touch("touchEnd");
  const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1, `${value} is not ${wanted}`);
  const zoomed = await view();
  near(zoomed.scale / before.scale, 2);
  assert.ok(Math.abs(zoomed.scale / before.scale - 2) < 0.05, `${zoomed.scale / before.scale} times`);
  near((middle - zoomed.left) / zoomed.scale, (middle - before.left) / before.scale);

  await touch("touchStart", [middle, row]);
  for (const way of [10, 20, 25]) await touch("touchMove", [middle + way, row - way]);
  await touch("touchEnd");
  const moved = await view();
  near(moved.left - zoomed.left, 25);
  near(moved.top - zoomed.top, -25);
  near(moved.scale, zoomed.scale);
  await page.getByRole("button", { name: "Fit" }).click();
  await page.waitForFunction(() => !document.querySelector(".zoomed"));
});

test("keys step through the images and toggle the boxes", async () => {
  const { page } = await openPage(browser);
  await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/images?filter=all");
  const current = () => page.locator(".files button[aria-current=true]").textContent();
  const first = await current();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((name) => document.querySelector(".files button[aria-current=true]").textContent !== name, first);
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction((name) => document.querySelector(".files button[aria-current=true]").textContent === name, first);
  await page.keyboard.press("p");
  await page.waitForFunction(() => document.querySelectorAll(".overlay .prediction").length === 0);
  await page.getByLabel("Beside").selectOption("demo-bbbbbbbbbbbb");
  await page.waitForFunction(() => document.querySelectorAll(".overlay").length === 2);
});

test("a key that comes as soon as an image is shown steps from that image", async () => {
  const { page } = await openPage(browser);
  await show(page, server.address, "#/jobs/demo-aaaaaaaaaaaa/images?filter=all");
  const names = await page.evaluate(async () => {
    const current = () => document.querySelector(".files button[aria-current=true]").textContent;
    const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const [first, seen] = [current(), []];
    // The observer hears of the change before the browser paints it.
    const changed = () =>
      new Promise((resolve) => {
        const observer = new MutationObserver(() => current() !== seen.at(-1) && (observer.disconnect(), resolve()));
        seen.push(current());
        observer.observe(document.querySelector(".files"), { subtree: true, childList: true, attributes: true });
      });
    for (const key of ["ArrowRight", "ArrowRight", "ArrowLeft"]) {
      const shown = changed();
      press(key);
      await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 5000))]);
    }
    return [first, seen[1], seen[2], current()];
  });
  assert.equal(new Set(names.slice(0, 3)).size, 3);
  assert.equal(names[3], names[1]);
});
