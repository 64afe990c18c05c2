// The figures take plain data, and no component asks a server for any.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { measure } from "../../src/Studio/web/lib/text.js";
import { axisOf } from "../../src/Studio/web/components/parallel.js";

const WEB = fileURLToPath(new URL("../../src/Studio/web/", import.meta.url));

for (const [values, share, isLogarithmic] of [
  [[0.001, 0.01, 1], 1 / 3, true], // a wide range of positive numbers is logarithmic
  [[1, 2, 5], 0.25, false],
  [[-1e308, 0, 1e308], 0.5, false],
  [["a", "b", "c"], 0.5, false],
  [[3, 3, 3], 0.5, false],
])
  test(`axisOf places ${values[1]} between ${values[0]} and ${values[2]}`, () => {
    const trials = values.map((a) => ({ parameters: { a } }));
    const axis = axisOf("a", trials, (trial) => trial.parameters.a);
    assert.ok(Math.abs(axis.share(trials[1]) - share) < 1e-9, String(axis.share(trials[1])));
    assert.equal(axis.isLogarithmic, isLogarithmic);
    assert.equal(axisOf("missing", trials, (trial) => trial.parameters.missing).share(trials[1]), null);
  });

for (const [metric, value, text] of [
  ["eval_AP_large", -1, "–"],
  ["validation_mAP", -1, "–"],
  ["binary_f1", -1, "–"],
  ["proposal_recall_pothole", -1, "–"],
  ["eval_AP_large", -1.5, "-1.5000"],
  ["eval_mAP", 0, "0"],
  ["train_loss", -1, "-1"],
  ["binary_tp", 3, "3"],
])
  test(`${metric} of ${value} is shown as ${text}`, () => assert.equal(measure(metric, value), text));

test("components import components and the library, and no API", () => {
  for (const name of readdirSync(`${WEB}components`).filter((file) => file.endsWith(".js"))) {
    const imports = [...readFileSync(`${WEB}components/${name}`, "utf-8").matchAll(/^import .* from "([^"]+)";/gm)].map(([, path]) => path);
    assert.deepEqual(
      imports.filter((path) => !/^\.\/\w+\.js$|^\.\.\/lib\/(html|kept|matching|text)\.js$/.test(path)),
      [],
      name,
    );
  }
});
