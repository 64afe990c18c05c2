// The rules for azure-pipelines.yml and each template. Every check returns its faults, as lines that begin with the file.
import languageService from 'azure-pipelines-language-service';
import { parse, parseDocument } from 'yaml';
import { expand, parametersOf, runningJobs, stepsOf } from '../reading/azure.mjs';
import { pipeline, pipelines, read, templates } from '../reading/repository.mjs';
import { schemas } from './azure-schema.mjs';
import { mappings, scalars } from './scalars.mjs';

const kindOf = (file) => ['stages', 'jobs', 'steps'].find((kind) => file.includes(`/${kind}/`)) ?? 'pipeline';

/** Microsoft's language service: YAML, template expressions as keys and values, and the schema. */
export async function checkLanguage(file) {
  const content = read(file);
  const schema = schemas[kindOf(file)];
  const service = languageService.getLanguageService(async () => schema, [], async () => 'schema://pipelines');
  service.configure({ validate: true });
  const document = languageService.TextDocument.create(`file:///${file}`, 'azure-pipelines', 1, content);
  const { log } = console;
  console.log = () => {}; // The service logs what it resolves.
  try {
    const problems = await service.doValidation(document, languageService.parse(content));
    return problems.map(({ range, message }) => `${file}(${range.start.line + 1}): ${message}`);
  } finally {
    console.log = log;
  }
}

/** Values for which the templates take every branch: each permitted value of each parameter in turn. */
export const choices = (file) => [{}, ...parametersOf(file).flatMap(({ name, type, values }) => (values ?? (type === 'boolean' ? [true, false] : [])).map((value) => ({ [name]: value })))];

/** Templates exist and have the section that belongs at their place; parameters are declared, given and of their type. */
export const checkTemplates = (file = pipeline) => [...new Set(choices(file).flatMap((given) => expand(given, file).faults))];

/** Every template is reached from the pipeline. */
export function checkUse(files = templates()) {
  const used = new Set(pipelines.flatMap((file) => choices(file).flatMap((given) => expand(given, file).templates)));
  return files.filter((file) => !used.has(file)).map((file) => `${file}: no pipeline uses it`);
}

/** Every declared parameter is read, and has a type. */
export function checkParameters(file) {
  const content = read(file);
  return (parse(content).parameters ?? [])
    .filter(({ name }) => !new RegExp(`parameters\\.${name}\\b`).test(content))
    .map(({ name }) => `${file}: parameter '${name}' is never read`);
}

/** Values reach a script only by its environment: `$(…)`, `$[…]` and `${{ … }}` are put into the text before bash reads it. */
export const checkScripts = (file) =>
  scalars(parse(read(file)))
    .filter(({ key, value }) => ['bash', 'script', 'pwsh', 'powershell', 'inlineScript', 'arguments'].includes(key) && /\$\{\{|\$\(|\$\[/.test(value))
    .map(({ value }) => `${file}: a value is spliced into the script "${value.trim()}"; pass it by env`);

// The only secret: with it the build requests the service connection's token from Azure DevOps, reads the pull request, and writes into it. The steps that do so
// have it, and no others.
const accessToken = { name: 'SYSTEM_ACCESSTOKEN', value: '$(System.AccessToken)' };
const signsIn = (step) => step.task?.startsWith('AzureCLI@') === true;
const scriptOf = (step) => step.bash ?? step.inputs?.inlineScript;
const worksWithPullRequest = (step) => /--target=(Authorize|Comment)\b/.test(scriptOf(step) ?? '');
const hasAccessToken = (step) => step.env?.[accessToken.name] === accessToken.value;

/** No failure is ignored, only the steps that need it read the secret, and every job has a time limit. */
export function checkConduct(file) {
  const faults = [];
  const document = parse(read(file));
  const others = structuredClone(document);
  for (const step of mappings(others)) if ((signsIn(step) || worksWithPullRequest(step)) && hasAccessToken(step)) delete step.env[accessToken.name];
  for (const { key, value, path } of scalars(others)) {
    if (key === 'continueOnError') faults.push(`${file}: ${path}: continueOnError ignores a failure`);
    if (/System[._]AccessToken|secret|password/i.test(`${key} ${value}`)) faults.push(`${file}: ${path}: reads a secret`);
    if (key === 'persistCredentials' && value !== 'false') faults.push(`${file}: ${path}: persistCredentials leaves a token on the agent`);
    if (key === 'timeoutInMinutes' && !(Number(value) > 0)) faults.push(`${file}: ${path}: timeoutInMinutes is ${value}; 0 means no limit`);
  }
  for (const step of mappings(document)) {
    if (signsIn(step) && !hasAccessToken(step)) faults.push(`${file}: '${step.displayName}' signs in without ${accessToken.name}: ${accessToken.value} in its env; the build could not renew its token`);
    if (step.env?.GITHUB_TOKEN !== undefined && !/--target=(Authorize|Launch|Comment)\b/.test(scriptOf(step))) faults.push(`${file}: '${step.displayName}' gets GITHUB_TOKEN and does not work with the pull request`);
    if (step.task?.startsWith('Publish') && step.condition !== 'succeededOrFailed()') faults.push(`${file}: publishes only after a success; it must have condition: succeededOrFailed()`);
  }
  return [...faults, ...checkTriggers(file, document)];
}

/** Commands that a restricted step may not give; https://learn.microsoft.com/azure/devops/pipelines/security/templates has the others. */
const refused = /##vso\[(task\.(upload|addattachment|setendpoint)|artifact\.|build\.|release\.)/;

/**
 * The output of a step may hold texts of others, so it cannot command the agent beyond the step's purpose. A step that must give such a command runs nothing that
 * prints such texts.
 */
export const checkCommands = (file) =>
  mappings(parse(read(file)))
    .filter((step) => scriptOf(step) !== undefined)
    .flatMap((step) => {
      if (step.target === undefined) return refused.test(scriptOf(step)) && !/build\.sh|\.ci\//.test(scriptOf(step)) ? [] : [`${file}: '${step.displayName}' may give any command to the agent; it must have target: commands: restricted`];
      return step.target.settableVariables === 'none' || step.name !== undefined ? [] : [`${file}: '${step.displayName}' sets variables and has no name, by which they are read`];
    });

/** A launch is cancelled by no later commit, and each commit of main has its own run: a batch builds only its newest commit. */
function checkTriggers(file, { trigger, pr, stages }) {
  const faults = [];
  const launches = JSON.stringify(stages ?? []).includes('stages/launch.yml');
  if (launches && pr?.autoCancel !== false) faults.push(`${file}: a later commit would cancel a launch; it must have pr: autoCancel: false`);
  if (trigger?.batch === true) faults.push(`${file}: batches the commits of main; a commit in between would get no image`);
  return faults;
}

const answersAlone = "in(variables['authorize.decision'], 'cancel', 'status')";

/** A job that trains for a pull request is behind an environment, whose approvers decide. The commands /cancel and /status need no approval. */
export const checkApproval = (file) =>
  mappings(parse(read(file)))
    .filter((job) => job.job !== undefined || job.deployment !== undefined)
    .filter((job) => stepsOf(job).some((step) => /--target=Launch\b/.test(scriptOf(step) ?? '') && !step.condition?.includes(answersAlone)))
    .filter((job) => job.environment === undefined)
    .map((job) => `${file}: job '${job.job}' launches without an environment that approves it`);

/** A pull request from a fork neither signs in, pushes, nor gets the token of the job, whatever the parameters' defaults. */
export function checkForks(file = pipeline) {
  if (checkTemplates(file).length > 0) return []; // Reported already, and it cannot be expanded.
  return runningJobs({}, { 'Build.Reason': 'PullRequest', 'System.PullRequest.IsFork': 'True' }, file).flatMap(({ id, steps }) =>
    steps
      .filter(({ task, script, env }) => task?.startsWith('AzureCLI@') || env?.[accessToken.name] !== undefined || /Docker-Push/.test(`${script} ${env?.TARGET}`.replace(/^echo .*/, '')))
      .map(({ name }) => `${file}: job '${id}' signs in, pushes, or reads a secret for a fork, in step '${name}'`));
}

/** All of the above for one file. */
export async function check(file) {
  const language = await checkLanguage(file);
  if (parseDocument(read(file)).errors.length > 0) return language; // Not YAML: there is nothing else to read.
  const alone = [...language, ...checkParameters(file), ...checkScripts(file), ...checkConduct(file), ...checkCommands(file), ...checkApproval(file)];
  return kindOf(file) === 'pipeline' ? [...alone, ...checkTemplates(file), ...checkForks(file)] : alone;
}
