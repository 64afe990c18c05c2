// A server that speaks the studio's API with made-up jobs, some of them hostile. The page cannot tell it from the real one.
//
//   node server.mjs [PORT]
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";

const WEB = fileURLToPath(new URL("../../src/Studio/web", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const HOSTILE = "</title><img src=x onerror=alert(1)>\u202Egnp.exe\u001b[31m";

// A generator that gives the same numbers in each run.
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** Draws test images with two classes: objects, and predictions near most of them. */
export function evaluation(seed = 7, images = 12, first = "pothole") {
  const next = random(seed);
  const truth = {
    info: { eval_conf: 0.5 },
    images: [],
    categories: [
      { id: 1, name: first },
      { id: 2, name: "crack" },
    ],
    annotations: [],
  };
  const predictions = [];
  for (let id = 1; id <= images; id++) {
    truth.images.push({ id, file_name: `road_${String(id).padStart(3, "0")}.png`, width: 160, height: 120 });
    for (let count = Math.floor(next() * 4); count > 0; count--) {
      const bbox = [next() * 100, next() * 70, 12 + next() * 40, 12 + next() * 30];
      const label = next() < 0.6 ? 1 : 2;
      truth.annotations.push({
        id: truth.annotations.length + 1,
        image_id: id,
        category_id: label,
        bbox,
        area: bbox[2] * bbox[3],
        iscrowd: 0,
      });
      if (next() < 0.85)
        predictions.push({
          image_id: id,
          category_id: next() < 0.9 ? label : 3 - label,
          bbox: bbox.map((value) => value + next() * 4 - 2),
          score: 0.3 + 0.7 * next(),
        });
    }
    if (next() < 0.5) predictions.push({ image_id: id, category_id: 1, bbox: [next() * 100, next() * 70, 20, 20], score: next() });
  }
  return { truth, predictions };
}

/** Encodes a grey image, so that no picture has to be kept. */
export function png(width, height, grey = 120) {
  const table = Array.from({ length: 256 }, (_, n) =>
    Array.from({ length: 8 }).reduce((crc) => (crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1), n),
  );
  const crc = (data) => (data.reduce((value, byte) => table[(value ^ byte) & 255] ^ (value >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height, grey);
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0;
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const NAMES = [
  "train_loss",
  "train_loss_classifier",
  "train_loss_box_reg",
  "learning_rate",
  "images_per_second",
  "eval_mAP",
  "eval_AP50",
  "eval_AP50_pothole",
  "eval_AP50_crack",
  "binary_f1",
];

function series(seed, steps) {
  const next = random(seed);
  const start = Date.UTC(2026, 10, 1, 12);
  return NAMES.map((name) => {
    const every = name.startsWith("eval") || name.startsWith("binary") ? 20 : 2;
    const at = Array.from({ length: Math.floor(steps / every) }, (_, index) => (index + 1) * every);
    const value = (step) =>
      name.startsWith("train")
        ? 1.6 * Math.exp(-step / 90) + 0.25 + next() * 0.12
        : name === "learning_rate"
          ? 0.01 * Math.min(1, step / 20)
          : name === "images_per_second"
            ? 30 + next() * 4
            : (1 - Math.exp(-step / 80)) * (name === "eval_mAP" ? 0.55 : 0.93) + next() * 0.02;
    return {
      name,
      total: at.length,
      steps: at,
      values: at.map(value),
      times: at.map((step) => new Date(start + step * 400).toISOString()),
    };
  });
}

function job(name, change = {}) {
  return {
    name,
    experiment: "demo",
    displayName: `demo: ${name}`,
    kind: "command",
    parent: null,
    state: "Completed",
    created: "2026-11-01T12:00:00Z",
    started: "2026-11-01T12:00:04Z",
    ended: "2026-11-01T12:01:40Z",
    seconds: 96,
    node: "node-1",
    compute: "cpu-cluster",
    image: "team.azurecr.io/trainer:sha-0123",
    imageDigest: `sha256:${"ab".repeat(32)}`,
    dataset: "cd".repeat(32),
    tags: { git_commit: "1".repeat(40), description: "first try" },
    metrics: { eval_mAP: 0.5462, eval_AP50: 0.9597, train_loss: 0.31, binary_f1: 0.93 },
    ...change,
  };
}

/** Creates the store: jobs by name, each with its log as bytes. */
export function store() {
  const lines = Array.from({ length: 6000 }, (_, index) => `step ${index}/6000 loss ${(1 / (index + 1)).toFixed(4)}`);
  lines[3000] = "Traceback (most recent call last): error: the disk is full";
  const jobs = [
    job("demo-aaaaaaaaaaaa", { log: lines.join("\n") + "\n" }),
    job("demo-bbbbbbbbbbbb", {
      state: "Running",
      ended: null,
      log: "[1/7] check the settings\nstep 1/240 loss 1.6\n",
      metrics: { train_loss: 0.9, eval_mAP: 0.31 },
    }),
    job("demo-hostile", {
      experiment: HOSTILE,
      displayName: HOSTILE,
      state: "Failed",
      error: `${HOSTILE}: exit code 3`,
      tags: { [HOSTILE]: HOSTILE, description: "x".repeat(5000) },
      log: `${HOSTILE}\n${"y".repeat(100000)}\n##vso[task.complete result=Failed;]\n`,
    }),
    job("sweep-cccccccccccc", { kind: "sweep", log: "", metrics: {} }),
  ];
  return new Map(
    jobs.map(({ log, ...rest }, index) => [
      rest.name,
      { job: rest, log: Buffer.from(log), series: series(index + 3, 240), files: evaluation(7 + index) },
    ]),
  );
}

function detail({ job: one, log, series: metrics }) {
  return {
    ...one,
    error: one.error ?? null,
    config: { EXP_NAME: "demo", RUN_PARAMS: { STEPS: 240, SEED: 1 }, MODEL_PARAMS: { BASE_MODEL: "faster_rcnn_tiny" } },
    passport: { gitCommit: "1".repeat(40), isDirty: false },
    parameters: {},
    inputs: [{ name: "data", type: "uri_folder", uri: "azureml://datastores/demo/paths/", mode: "ReadOnlyMount" }],
    outputs: [],
    stages: [
      { name: "check the settings", started: one.started, seconds: 1 },
      { name: "train", started: one.started, seconds: 80 },
      { name: "evaluate", started: one.started, seconds: 9 },
    ],
    logBytes: log.length,
    coco: [20, 240].map((step) => ({ step, values: { AP: step / 440, AP50: step / 260, AP_large: -1 } })),
    metricNames: metrics.map(({ name }) => name),
    perClass: [
      { class: "pothole", values: { AP50: 0.96 } },
      { class: "crack", values: { AP50: 0.91 } },
    ],
    files: {
      predictions: "outputs/predictions.json",
      groundTruth: "outputs/ground_truth.json",
      curves: "outputs/evaluation.json",
      confusion: null,
      metrics: null,
    },
  };
}

const curves = {
  precisionRecall: ["pothole", "crack"].map((name, index) => ({
    name,
    precision: Array.from({ length: 101 }, (_, at) => (at < 96 - index * 8 ? 1 - at / 400 : 0)),
  })),
};

/** Starts the server on a free port of the loopback device, and records every request. A browser keeps the page's files for an hour. */
export async function start(port = 0, cacheControl = "max-age=3600") {
  const jobs = store();
  const requests = [];
  const streams = new Set();
  const send = (kind, data) => streams.forEach((stream) => stream.write(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`));
  const server = createServer(async (request, response) => {
    const address = new URL(request.url, "http://127.0.0.1");
    requests.push(`${request.method} ${address.pathname}`);
    const answer = (status, type, body, headers = {}) => {
      response.writeHead(status, {
        "Content-Type": type,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        ...headers,
      });
      response.end(body);
    };
    const json = (content, status = 200) => answer(status, "application/json", JSON.stringify(content));
    const parts = address.pathname
      .replace(/^\/studio\//, "")
      .split("/")
      .map(decodeURIComponent);
    if (parts[0] !== "api") {
      const file = path.join(WEB, ...parts.map((part) => part || "index.html"));
      return readFile(file).then(
        (content) => answer(200, TYPES[path.extname(file)] ?? "text/plain", content, { "Cache-Control": cacheControl }),
        () => answer(404, "text/plain", "not found"),
      );
    }
    const [, what, name, part, ...rest] = parts;
    const entry = jobs.get(name);
    const query = address.searchParams;
    if (what === "store") return json({ kind: "workspace", name: "fixture", features: { cancel: true, resubmit: true, clusters: true } });
    if (what === "events") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(": started\n\n");
      streams.add(response);
      return response.on("close", () => streams.delete(response));
    }
    if (what === "clusters")
      return json({
        clusters: [
          {
            name: "cpu-cluster",
            size: "STANDARD_DS3_V2",
            priority: "LowPriority",
            minNodes: 0,
            maxNodes: 2,
            pricePerHour: 0.0586,
            nodes: [{ id: "node-1", state: "Running", job: "demo-bbbbbbbbbbbb" }],
            queue: [],
          },
        ],
      });
    if (what === "datasets")
      return json({
        available: true,
        reason: null,
        data: {
          imageType: "pothole",
          hash: name === "demo-hostile" ? null : "ab".repeat(32),
          faults: name === "demo-hostile" ? [HOSTILE] : [],
          classes: ["pothole", HOSTILE],
          splits: [{ name: "train", images: 240, objects: 401, objectsOfClass: { pothole: 300, [HOSTILE]: 101 } }],
          histograms: [
            {
              title: "Image sizes",
              unit: "root of the area in pixels",
              low: 10,
              high: 1000,
              isLogarithmic: true,
              series: [{ name: "train", shares: [0.25, 0, 0.75] }],
              mark: 100,
            },
          ],
          findings: [
            {
              rule: "near-duplicates",
              isFault: false,
              count: 2,
              text: HOSTILE,
              examples: [
                { split: "train", fileName: "road_001.png" },
                { split: "test", fileName: "road_002.png", boxes: [0] },
              ],
            },
          ],
        },
      });
    if (what === "compare") {
      const names = query.getAll("jobs");
      return json({
        jobs: names,
        config: [{ key: "RUN_PARAMS.SEED", values: names.map((_, index) => index) }],
        data: [],
        metrics: [
          {
            name: "eval_mAP",
            values: names.map((_, index) => 0.5 + index / 50),
            intervals: names.map((_, index) => (index ? null : [0.46, 0.55])),
          },
        ],
      });
    }
    if (what === "sweeps") {
      const next = random(5);
      return json({
        objective: { metric: "eval_mAP", goal: "Maximize" },
        sampling: "Bayesian",
        maxTrials: 12,
        maxConcurrent: 3,
        importance: [
          { parameter: "RUN_PARAMS.LEARNING_RATE", value: 0.8 },
          { parameter: "MODEL_PARAMS.AUGMENTATION", value: 0.2 },
        ],
        trials: Array.from({ length: 9 }, (_, index) => ({
          name: `${name}_${index}`,
          state: index < 8 ? "Completed" : "Running",
          parameters: {
            "RUN_PARAMS.LEARNING_RATE": 10 ** (-4 + 3 * next()),
            "MODEL_PARAMS.AUGMENTATION": next() < 0.5 ? "flip" : "strong",
          },
          metric: index < 8 ? 0.3 + next() / 4 : null,
          started: "2026-11-01T12:00:00Z",
          ended: null,
          isInStore: index !== 3,
        })),
      });
    }
    if (what !== "jobs") return json({ error: `${what} does not exist` }, 404);
    if (!name) return json({ jobs: [...jobs.values()].map(({ job: one }) => one) });
    if (!entry) return json({ error: `job ${name} does not exist` }, 404);
    if (request.method === "POST") {
      if (request.headers["x-studio-confirm"] !== name) return json({ error: "X-Studio-Confirm must name the job" }, 428);
      if (part === "cancel") {
        entry.job.state = "Canceled";
        send("job", entry.job);
      }
      return json({ job: part === "cancel" ? name : `${name}-2` }, 202);
    }
    if (!part) return json(detail(entry));
    if (part === "metrics") return json({ series: entry.series.filter((one) => query.getAll("names").includes(one.name)) });
    if (part === "artifacts" && !rest.length)
      return json({
        artifacts: ["outputs/predictions.json", "outputs/ground_truth.json", `outputs/${HOSTILE}.txt`].map((file) => ({
          path: file,
          bytes: 1234,
          modified: "2026-11-01T12:01:00Z",
        })),
      });
    if (part === "artifacts") {
      const contents = { "predictions.json": entry.files.predictions, "ground_truth.json": entry.files.truth, "evaluation.json": curves };
      return json(contents[rest.at(-1)] ?? {});
    }
    if (part === "images" && !rest.length)
      return json({
        available: true,
        reason: null,
        images: entry.files.truth.images.map(({ file_name: file, width, height }) => ({ file, width, height })),
      });
    if (part === "images") return answer(200, "image/png", png(160, 120));
    const log = entry.log;
    if (part === "log" && !rest.length) {
      const offset = Number(query.get("offset"));
      const from = offset < 0 ? Math.max(0, log.length + offset) : Math.min(offset, log.length);
      return answer(200, "text/plain; charset=utf-8", log.subarray(from, from + Number(query.get("length"))), {
        "X-Log-Offset": String(from),
        "X-Log-Bytes": String(log.length),
      });
    }
    if (part === "log" && rest[0] === "error") return json({ offset: log.includes("Traceback") ? log.indexOf("Traceback") : null });
    if (part === "log") {
      const [text, from] = [query.get("text"), Number(query.get("from"))];
      const at = query.get("direction") === "previous" ? log.lastIndexOf(text, from) : log.indexOf(text, from);
      return json({ matches: at < 0 ? [] : [{ offset: at, text }], scannedTo: log.length, bytes: log.length });
    }
    return json({ error: "unknown" }, 404);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}/studio/`,
    jobs,
    requests,
    send,
    stop: () => {
      streams.forEach((stream) => stream.end());
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await start(Number(process.argv[2] ?? 0), "no-store")).address);
