// Lets Node import the JSON files that @actions/workflow-parser imports without an import attribute, as bundlers do and Node alone refuses.
import { readFile } from 'node:fs/promises';

export async function load(url, context, next) {
  if (!url.endsWith('.json')) return next(url, context);
  const text = await readFile(new URL(url), 'utf8');
  return { format: 'module', shortCircuit: true, source: `export default ${text};` };
}
