// Prints what a platform would run, as JSON: the script steps in order, and the variables that the platform sets.
//
//   node tests/pipelines/steps.mjs --platform=github --event=pull-request --folder=/tmp/run
//
// --platform   github or azure
// --event      pull-request (42, feature/x to main), fork, push (to main) or manual
// --folder     folder for the files that GitHub creates for a run (the event, outputs, summary); created when missing
// --workspace  the checkout; default this one
// --commit     the commit that is built, 40 hex digits; default an example
// --provider   azure alone: github (default) or azure-repos
// --parameters manual alone: the typed inputs as JSON, such as {"target":"Train"}
//
// {"platform","event","variables":{…},"steps":[{"job","name","shell","script","target","env":{…}},…]}; `target` is the build target that the
// script runs, null when it runs none. This program needs only the packages of package.json and starts no step.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import * as azure from './reading/azure.mjs';
import * as github from './reading/github.mjs';
import { read, root } from './reading/repository.mjs';
import { azureConditions, azureVariables, events, githubContexts, githubVariables } from './variables.mjs';

/** The target that a script names, itself or by its variable TARGET. */
export const targetOf = ({ script, env }) => /--target=(?:"\$TARGET"|(\S+))/.exec(script)?.slice(1).map((name) => name ?? env.TARGET)[0] ?? null;

const inputsOf = (workflow, given) => {
  const declared = parse(read(workflow)).on.workflow_dispatch.inputs;
  return { ...Object.fromEntries(Object.entries(declared).map(([name, input]) => [name, input.default ?? ''])), ...given };
};

/**
 * Every job that a platform would run for an event, with its steps, scripts and others alike.
 * @param given Values of the typed inputs of a manual run; the others have their defaults.
 */
export function jobs(platform, event, { workspace = root, folder, commit, provider, given = {}, vars }) {
  if (platform === 'azure') {
    const variables = azureVariables(event, { workspace, folder, commit, provider });
    return { variables, jobs: azure.runningJobs(given, azureConditions(variables)) };
  }
  const file = event === 'manual' ? '.github/workflows/train.yml' : '.github/workflows/build.yml';
  const variables = githubVariables(event, { workspace, folder, commit });
  const inputs = event === 'manual' ? inputsOf(file, given) : {};
  return { variables, jobs: github.runningJobs(file, githubContexts(event, { variables, inputs, vars })) };
}

/** Only the script steps, in order, each with its job and target. */
export function scriptSteps(platform, event, options) {
  const run = jobs(platform, event, options);
  const steps = run.jobs.flatMap((job) =>
    job.steps
      .filter((step) => step.script !== undefined)
      .map(({ name, shell, script, env }) => ({ job: job.id, name, shell, script, target: targetOf({ script, env }), env })));
  return { platform, event, variables: run.variables, steps };
}

function main() {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { platform: text, event: text, folder: text, workspace: text, commit: text, provider: text, parameters: text } });
  if (!['github', 'azure'].includes(values.platform)) throw new Error(`--platform is ${values.platform}; it must be github or azure`);
  if (!events.includes(values.event)) throw new Error(`--event is ${values.event}; it must be one of ${events.join(', ')}`);
  if (values.folder === undefined) throw new Error('--folder is missing; it must name a folder for the files of the run');
  const folder = path.resolve(values.folder);
  mkdirSync(folder, { recursive: true });
  const given = JSON.parse(values.parameters ?? '{}');
  const options = { workspace: path.resolve(values.workspace ?? root), folder, commit: values.commit, provider: values.provider, given };
  console.log(JSON.stringify(scriptSteps(values.platform, values.event, options), null, 2));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
