// Every script step of the workflows, actions, pipelines and templates is executed by a test.
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { expand, stepsOf } from '../reading/azure.mjs';
import { read } from '../reading/repository.mjs';
import { scenarios } from '../scenarios.mjs';
import { jobs } from '../steps.mjs';
import { choices } from './azure.mjs';

/** The steps with a script of a workflow or an action. */
const ofGitHub = (file) => {
  const { jobs: named = {}, runs } = parse(read(file));
  return [...Object.values(named).flatMap((job) => job.steps ?? []), ...(runs?.steps ?? [])]
    .filter(({ run }) => run !== undefined)
    .map(({ name, run }) => ({ name: name ?? run, script: run, file }));
};

/** The steps with a script of a pipeline, whatever its parameters. */
const ofAzure = (file) =>
  choices(file)
    .flatMap((given) => expand(given, file).pipeline.stages)
    .flatMap((stage) => stage.jobs)
    .flatMap(stepsOf)
    .map((step) => ({ name: step.displayName, script: step.bash ?? step.inputs?.inlineScript, file }))
    .filter(({ script }) => script !== undefined);

/** The steps that the scenarios execute. */
function executed() {
  const folder = mkdtempSync(path.join(tmpdir(), 'executed-'));
  try {
    return scenarios.flatMap(({ platform, event, ...options }) => jobs(platform, event, { folder, ...options }).jobs.flatMap((job) => job.steps));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A fault for each script step that no scenario reaches. One step has several names where its name is a parameter, so scripts are compared. */
export function checkExecuted(files) {
  const reached = new Set(executed().filter(({ script }) => script !== undefined).map(({ script }) => script));
  const steps = files.flatMap((file) => (file.startsWith('.github/') || file.includes('/github/') ? ofGitHub(file) : ofAzure(file)));
  return [...new Set(steps.filter((step) => !reached.has(step.script)).map(({ name, file }) => `${file}: no test executes the step '${name}'; add its run to tests/pipelines/scenarios.mjs`))];
}
