// Prints what a platform would run, as JSON: the script steps in order, and the variables that the platform sets.
//
//   node tests/pipelines/steps.mjs --platform=github --event=pull-request --folder=/tmp/run
//
// --platform   github or azure
// --event      pull-request (42, feature/x to main), fork, merge-group, push (to main), manual, nightly, retrain, label (the label `train` on 42; in Azure
//              DevOps a launch that a person starts), label-fork, or comment (on 42)
// --folder     folder for the files that GitHub creates for a run (the event, outputs, summary); created when missing
// --workspace  the checkout; default this one
// --commit     the commit that is built, for a pull request its head, 40 hex digits; default an example
// --merge      for a pull request the merge of both branches; default the same as --commit
// --provider   only for azure: github (default) or azure-repos
// --api        address of the host's REST interface, as the platform's variable has it; default the real one's
// --comment    only for comment: the text
// --jobs       prints whole jobs in place of their scripts: {"platform","event","variables":{…},"jobs":[{"id","stage","steps":[…]},…]}; a step has its `id` and
//              `condition`, and `script` and `env`, or `uses` and `with` (GitHub), or `task` and `inputs` (Azure); on Azure also `runs`
// --token      only for github: the token of the job
// --variables  variables of the repository or the pipeline as JSON, such as {"FAIL_ON":"worse:eval_mAP"}
// --trailing   puts a slash after each folder in a variable, as some agents do
// --parameters only for manual: the typed inputs as JSON, such as {"target":"Train"}
// --results    the results of earlier jobs, as JSON. GitHub: {"authorize":{"result":"success","outputs":{"decision":"launch"}}}.
//              Azure, by stage, job, and step with variable: {"Authorize":{"Authorize":{"authorize.decision":"launch"}}}
//
//   node tests/pipelines/steps.mjs --serve
//
// reads the arguments of one call after the other, each a line with a JSON array, and answers each with a line: what is printed otherwise, or
// {"error":"…"}. It ends with its input.
//
// {"platform","event","variables":{…},"steps":[{"job","name","shell","script","target","env":{…}},…]}; `target` is the build target that the
// script runs, null when it runs none. This program needs only the packages of package.json and starts no step.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import * as azure from './reading/azure.mjs';
import * as github from './reading/github.mjs';
import { read, root } from './reading/repository.mjs';
import { azureConditions, azureVariables, events, files, githubContexts, githubVariables } from './variables.mjs';

/** The target that a script names, itself or by its variable TARGET. */
export const targetOf = ({ script, env }) => /--target=(?:"\$TARGET"|([\w-]+))/.exec(script)?.slice(1).map((name) => name ?? env.TARGET)[0] ?? null;

const inputsOf = (workflow, given) => {
  const declared = parse(read(workflow)).on.workflow_dispatch.inputs;
  return { ...Object.fromEntries(Object.entries(declared).map(([name, input]) => [name, input.default ?? ''])), ...given };
};

/**
 * Every job that a platform would run for an event, with its steps, scripts and others alike.
 * @param options Where and what is run: `workspace`, `folder`, `commit`, `merge`, `provider`, `api`, `comment`, `trailing`; `given` has the values of the typed
 * inputs of a manual run, the others have their defaults; `vars` the variables of the repository or pipeline; `results` the results of earlier jobs; `file` the
 * workflow or pipeline, by default the one that the platform runs for the event.
 */
export function jobs(platform, event, { given = {}, vars, results, file = files[event][platform], ...options }) {
  const place = { workspace: root, ...options };
  if (file === undefined) throw new Error(`${platform} has no event ${event}`);
  if (platform === 'azure') {
    const variables = azureVariables(event, place);
    return { variables, jobs: azure.runningJobs(given, { ...azureConditions(variables), ...vars }, file, results) };
  }
  const variables = githubVariables(event, place);
  const inputs = event === 'manual' ? inputsOf(file, given) : {};
  return { variables, jobs: github.runningJobs(file, githubContexts(event, { variables, inputs, vars, ...options }), results) };
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

/** Whole jobs, for a test that does what the platform does between the scripts: checkouts, artifacts, outputs. */
function wholeJobs(platform, event, options) {
  const run = jobs(platform, event, options);
  return { platform, event, variables: run.variables, jobs: run.jobs.map(({ id, stage, steps, every }) => ({ id, stage, steps: every ?? steps })) };
}

function answer(args) {
  const text = { type: 'string' };
  const names = ['platform', 'event', 'folder', 'workspace', 'commit', 'merge', 'provider', 'api', 'comment', 'parameters', 'results', 'token', 'variables'];
  const { values } = parseArgs({ args, options: { ...Object.fromEntries(names.map((name) => [name, text])), trailing: { type: 'boolean' }, jobs: { type: 'boolean' } } });
  if (!['github', 'azure'].includes(values.platform)) throw new Error(`--platform is ${values.platform}; it must be github or azure`);
  if (!events.includes(values.event)) throw new Error(`--event is ${values.event}; it must be one of ${events.join(', ')}`);
  if (values.folder === undefined) throw new Error('--folder is missing; it must name a folder for the files of the run');
  const folder = path.resolve(values.folder);
  mkdirSync(folder, { recursive: true });
  const { platform, event, parameters = '{}', results = '{}', variables = '{}', workspace = root, jobs: isWhole, ...others } = values;
  const options = { ...others, workspace: path.resolve(workspace), folder, given: JSON.parse(parameters), results: JSON.parse(results), vars: JSON.parse(variables) };
  return (isWhole ? wholeJobs : scriptSteps)(platform, event, options);
}

async function serve() {
  for await (const line of createInterface({ input: process.stdin })) {
    let answered;
    try {
      answered = answer(JSON.parse(line));
    } catch (error) {
      answered = { error: error.message };
    }
    console.log(JSON.stringify(answered));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--serve') await serve();
  else console.log(JSON.stringify(answer(process.argv.slice(2)), null, 2));
}
