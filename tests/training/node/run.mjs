// Runs an ONNX model: node run.mjs MODEL INPUTS, with INPUTS a JSON file with a list of {name: {shape, values}}; prints the outputs of each likewise.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import ort from 'onnxruntime-node';

const [model, inputs] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model);
const results = [];
for (const input of JSON.parse(readFileSync(inputs, 'utf8'))) {
  const feeds = Object.entries(input).map(([name, { shape, values }]) => [name, new ort.Tensor('float32', Float32Array.from(values), shape)]);
  const outputs = Object.entries(await session.run(Object.fromEntries(feeds)));
  results.push(Object.fromEntries(outputs.map(([name, { dims, data }]) => [name, { shape: dims, values: Array.from(data, Number) }])));
}
process.stdout.write(JSON.stringify(results));
