// Which job of a workflow may have which right, and which code runs with it.

/** The targets that need a right of the job's token. */
const needs = {
  'pull-requests: read': /--target=Authorize\b/,
  'pull-requests: write': /--target=(Launch|Comment)\b/,
  'statuses: write': /--target=Comment\b/,
};
const isTraining = (uses) => /\/(actions\/train|workflows\/(training|image)\.yml)(@|$)/.test(uses ?? '');

/** Whether a job signs in to Azure: the build does so by itself where it gets a client id and may request a token from GitHub. */
const signsIn = (job) => isTraining(job.uses) || (job.steps ?? []).some(({ uses, env }) => isTraining(uses) || env?.AZURE_CLIENT_ID !== undefined);

const runs = (job, target) => (job.steps ?? []).some(({ run }) => target.test(run ?? ''));
const uses = (job, name) => (job.steps ?? []).some((step) => step.uses?.startsWith(name));

function isNeeded(job, scope, access) {
  if (scope === 'contents') return access === 'read';
  if (scope === 'id-token') return access === 'write' && signsIn(job);
  if (scope === 'security-events') return access === 'write' && uses(job, 'github/codeql-action/upload-sarif@');
  return runs(job, needs[`${scope}: ${access}`] ?? /(?!)/);
}

/** Permissions begin with nothing. Each job names its own, and has none that it does not need. */
export function checkPermissions(file, workflow) {
  const faults = [];
  if (workflow.permissions === undefined) faults.push(`${file}: has no permissions; it must begin with permissions: {}`);
  else if (typeof workflow.permissions !== 'object' || Object.keys(workflow.permissions).length > 0) faults.push(`${file}: grants permissions to every job; it must begin with permissions: {}`);
  for (const [id, job] of Object.entries(workflow.jobs)) {
    if (job.permissions === undefined) faults.push(`${file}: job '${id}' has no permissions of its own`);
    const granted = typeof job.permissions === 'string' ? { 'every scope': job.permissions } : job.permissions ?? {};
    for (const [scope, access] of Object.entries(granted)) {
      if (!isNeeded(job, scope, access)) faults.push(`${file}: job '${id}' is granted ${scope}: ${access}, which it does not need`);
    }
    if (signsIn(job) && granted['id-token'] !== 'write') faults.push(`${file}: job '${id}' signs in and is not granted id-token: write`);
    faults.push(...checkToken(file, id, job), ...checkCode(file, id, job, workflow), ...checkCaches(file, id, job, granted));
  }
  return faults;
}

/** Only the steps that work with the pull request get the job's token, and the head of main is read with it for Docker-Push. */
const checkToken = (file, id, job) =>
  (job.steps ?? [])
    .filter(({ env, run }) => env?.GITHUB_TOKEN !== undefined && !/--target=(Authorize|Launch|Comment)\b/.test(run ?? ''))
    .map(() => `${file}: job '${id}' gives the token of the job to a step that does not work with the pull request`);

const isDefaultBranch = (ref) => ref === '${{ github.event.repository.default_branch }}';

/**
 * Where a label or a comment starts the workflow, a job with rights runs code of the default branch, or that of the approved commit behind an environment. An
 * earlier job decides the commit, never the event.
 */
function checkCode(file, id, job, workflow) {
  const isAsked = workflow.on.issue_comment !== undefined || workflow.on.pull_request?.types?.includes('labeled');
  if (!isAsked) return [];
  return (job.steps ?? [])
    .filter((step) => step.uses?.startsWith('actions/checkout@') && !isDefaultBranch(step.with?.ref))
    .flatMap((step) => [
      ...(job.environment === undefined ? [`${file}: job '${id}' runs code other than the default branch's, without an environment that approves it`] : []),
      ...(/^\$\{\{ needs\.\w+\.outputs\.commit \}\}$/.test(step.with?.ref) ? [] : [`${file}: job '${id}' checks out another commit than the approved one`]),
      ...(job.permissions?.statuses === 'write' ? [`${file}: job '${id}' could set the status by the pull request's own code`] : []),
    ]);
}

const restores = ({ uses: name, with: given }) => name?.startsWith('actions/cache') || given?.['for-tests'] !== undefined || (name?.startsWith('actions/setup-') && given?.cache !== undefined);

/** A cache may hold what a pull request's code wrote, and is executed. Jobs with rights restore none. */
const checkCaches = (file, id, job, granted) =>
  (Object.values(granted).includes('write') || runs(job, /--target=Authorize\b/)) && (job.steps ?? []).some(restores) ? [`${file}: job '${id}' has rights, or decides, and restores a cache`] : [];
