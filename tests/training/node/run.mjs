// Runs an ONNX model: node run.mjs MODEL INPUT, with INPUT a JSON file {name: {shape, values}}; prints the outputs likewise.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import ort from 'onnxruntime-node';

const [model, input] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model);
const feeds = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(input, 'utf8'))).map(([name, { shape, values }]) => [
    name,
    new ort.Tensor('float32', Float32Array.from(values), shape),
  ]),
);
const results = Object.entries(await session.run(feeds)).map(([name, { dims, data }]) => [
  name,
  { shape: dims, values: Array.from(data, Number) },
]);
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
