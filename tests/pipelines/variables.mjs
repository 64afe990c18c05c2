// The variables that GitHub Actions and Azure Pipelines set by themselves, as a process in a step sees them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const exampleCommit = '4f2d9c1be0a8437f96c5d2e1a7b30f68c9e5d412';
const repository = 'example/model-training';

/**
 * The events of the examples, each with the file that a platform runs for it.
 * `pull-request`: number 42, from branch feature/x to main. `fork`: the same from someone's fork. `merge-group`: that pull request in the merge queue.
 * `push`: a commit on main. `manual`: a run started by a person, on main. `nightly` and `retrain`: started by a schedule.
 * `label` and `label-fork`: pull request 42, or a fork's, gets the label `train`; in Azure DevOps a person starts the launch of that pull request.
 * `comment`: someone comments on pull request 42.
 */
export const files = {
  'pull-request': { github: '.github/workflows/build.yml', azure: 'azure-pipelines.yml' },
  fork: { github: '.github/workflows/build.yml', azure: 'azure-pipelines.yml' },
  'merge-group': { github: '.github/workflows/build.yml' },
  push: { github: '.github/workflows/build.yml', azure: 'azure-pipelines.yml' },
  manual: { github: '.github/workflows/train.yml', azure: 'azure-pipelines.yml' },
  nightly: { github: '.github/workflows/nightly.yml', azure: 'azure-pipelines.yml' },
  retrain: { github: '.github/workflows/retrain.yml', azure: 'azure-pipelines.yml' },
  label: { github: '.github/workflows/launch.yml', azure: 'azure-launch.yml' },
  'label-fork': { github: '.github/workflows/launch.yml', azure: 'azure-launch.yml' },
  comment: { github: '.github/workflows/launch.yml' },
};
export const events = Object.keys(files);
const isFork = (event) => event === 'fork' || event === 'label-fork';
const isPullRequest = (event) => ['pull-request', 'fork', 'label', 'label-fork'].includes(event);
const isScheduled = (event) => event === 'nightly' || event === 'retrain';
const eventNames = { push: 'push', manual: 'workflow_dispatch', nightly: 'schedule', retrain: 'schedule', comment: 'issue_comment', 'merge-group': 'merge_group' };
const eventName = (event) => eventNames[event] ?? 'pull_request';

/**
 * The content of the file that GITHUB_EVENT_PATH names, with the fields that the build reads.
 * @param commit Head of the pull request, or the commit that is built.
 * @param comment Body of the comment, for that event.
 */
export function githubEvent(event, { inputs = {}, commit = exampleCommit, comment = '/train exp_configs/demo.json' } = {}) {
  const about = {
    repository: { id: 7, full_name: repository, default_branch: 'main', fork: false, private: false, visibility: 'public' },
    sender: { login: 'octocat', id: 583231, type: 'User' },
  };
  if (event === 'push') return { ...about, ref: 'refs/heads/main', after: commit, forced: false };
  if (event === 'manual') return { ...about, ref: 'refs/heads/main', workflow: '.github/workflows/train.yml', inputs };
  if (isScheduled(event)) return { ...about, schedule: '17 3 * * 1' };
  if (event === 'merge-group')
    return { ...about, action: 'checks_requested', merge_group: { head_sha: commit, head_ref: 'refs/heads/gh-readonly-queue/main/pr-42-abc', base_ref: 'refs/heads/main' } };
  if (event === 'comment')
    return {
      ...about,
      action: 'created',
      issue: { number: 42, state: 'open', title: 'Find smaller potholes', labels: [], pull_request: { url: `https://api.github.com/repos/${repository}/pulls/42` } },
      comment: { id: 99, body: comment, created_at: '2026-01-05T12:00:00Z', user: { login: 'octocat', id: 583231, type: 'User' }, author_association: 'MEMBER' },
    };
  const fork = isFork(event);
  return {
    ...about,
    action: event.startsWith('label') ? 'labeled' : 'synchronize',
    number: 42,
    ...(event.startsWith('label') ? { label: { name: 'train' } } : {}),
    pull_request: {
      number: 42,
      state: 'open',
      title: 'Find smaller potholes',
      draft: false,
      merged: false,
      labels: event.startsWith('label') ? [{ name: 'train' }] : [],
      user: { login: fork ? 'someone' : 'octocat', id: 583231, type: 'User' },
      base: { ref: 'main', sha: exampleCommit, repo: { full_name: repository, fork: false } },
      head: { ref: 'feature/x', sha: commit, repo: { full_name: fork ? 'someone/model-training' : repository, fork } },
    },
  };
}

/** Folders as an agent may have them: `trailing` puts a slash after each. */
const place = (folder, trailing) => (trailing ? `${folder}/` : folder);

/**
 * GitHub's variables.
 * @param workspace Folder of the checkout.
 * @param folder Existing or new folder for the files that GitHub creates for a run: the event, outputs, summary.
 * @param commit The commit that is built; for a pull request its head.
 * @param merge For a pull request the merge of both branches, which GitHub builds; default the same commit.
 * @param api Address of GitHub's REST interface.
 * @param trailing Whether the folders end with a slash.
 */
export function githubVariables(event, options) {
  const { workspace, folder, commit = exampleCommit, merge = commit, job = 'image', comment, api = 'https://api.github.com', trailing = false } = options;
  const workflow = path.basename(files[event].github, '.yml');
  const temporary = path.join(folder, 'temp');
  mkdirSync(temporary, { recursive: true });
  const file = (name, content = '') => {
    const location = path.join(folder, name);
    writeFileSync(location, content);
    return location;
  };
  const ref = isPullRequest(event) ? 'refs/pull/42/merge' : event === 'merge-group' ? 'refs/heads/gh-readonly-queue/main/pr-42-abc' : 'refs/heads/main';
  return {
    CI: 'true',
    GITHUB_ACTION: '__run',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: api,
    GITHUB_BASE_REF: isPullRequest(event) ? 'main' : '',
    GITHUB_ENV: file('set_env'),
    GITHUB_EVENT_NAME: eventName(event),
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(githubEvent(event, { commit, comment }), null, 2)),
    GITHUB_HEAD_REF: isPullRequest(event) ? 'feature/x' : '',
    GITHUB_JOB: job,
    GITHUB_OUTPUT: file('set_output'),
    GITHUB_PATH: file('add_path'),
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|pull)\//, ''),
    GITHUB_REF_PROTECTED: String(ref === 'refs/heads/main'),
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: 'example',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '7654321098',
    GITHUB_RUN_NUMBER: '17',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: isPullRequest(event) ? merge : commit,
    GITHUB_STEP_SUMMARY: file('step_summary'),
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    GITHUB_WORKFLOW: workflow,
    GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/${workflow}.yml@${ref}`,
    GITHUB_WORKSPACE: place(workspace, trailing),
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 3',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: place(temporary, trailing),
    RUNNER_TOOL_CACHE: place(path.join(folder, 'tools'), trailing),
  };
}

/** The contexts that the expressions of a workflow read, consistent with {@link githubVariables}. */
export function githubContexts(event, { variables, inputs = {}, vars = {}, commit, comment, token = 'token-of-the-job' }) {
  return {
    github: {
      event: githubEvent(event, { inputs, commit: commit ?? variables.GITHUB_SHA, comment }),
      event_name: variables.GITHUB_EVENT_NAME,
      ref: variables.GITHUB_REF,
      sha: variables.GITHUB_SHA,
      repository,
      run_attempt: '1',
      // The token of a job. A fork's job has one that can only read.
      token,
      workspace: variables.GITHUB_WORKSPACE,
      action_path: path.join(variables.GITHUB_WORKSPACE, '.github/actions/train'),
    },
    inputs,
    // Variables of the repository; a run for a fork has none.
    vars: isFork(event) ? {} : { AZURE_CLIENT_ID: 'c1', AZURE_CLIENT_ID_PULL_REQUEST: 'c2', AZURE_TENANT_ID: 't1', ...vars },
    strategy: { 'job-index': 0, 'job-total': 1 },
    runner: { os: 'Linux', temp: variables.RUNNER_TEMP },
    steps: { place: { outputs: { root: variables.GITHUB_WORKSPACE, 'global-json': 'global.json' } } },
    env: {},
  };
}

const dotted = {
  SYSTEM_PULLREQUEST_ISFORK: 'System.PullRequest.IsFork',
  BUILD_CRONSCHEDULE_DISPLAYNAME: 'Build.CronSchedule.DisplayName',
  BUILD_REASON: 'Build.Reason',
  BUILD_REPOSITORY_PROVIDER: 'Build.Repository.Provider',
  BUILD_SOURCEBRANCH: 'Build.SourceBranch',
};

/** Those variables of Azure Pipelines that conditions read, by their dotted names. */
export const azureConditions = (variables) =>
  Object.fromEntries(Object.entries(dotted).filter(([name]) => variables[name] !== undefined).map(([name, key]) => [key, variables[name]]));

/**
 * Azure Pipelines' variables.
 * @param provider Where the repository is: `github` or `azure-repos`, which name pull requests in different variables.
 * @param api Address of Azure DevOps, with the organisation.
 * @param trailing Whether the folders end with a slash.
 */
export function azureVariables(event, options) {
  const { workspace, folder, commit = exampleCommit, merge = commit, provider = 'github', job = 'Image', api = 'https://dev.azure.com/example/', trailing = false } = options;
  const temporary = path.join(folder, 'temp');
  mkdirSync(temporary, { recursive: true });
  const onGitHub = provider === 'github';
  const branch = (name) => (onGitHub ? name : `refs/heads/${name}`);
  const reasons = { push: onGitHub ? 'IndividualCI' : 'BatchedCI', nightly: 'Schedule', retrain: 'Schedule', manual: 'Manual' };
  const variables = {
    AGENT_JOBNAME: job,
    AGENT_OS: 'Linux',
    AGENT_TEMPDIRECTORY: place(temporary, trailing),
    AGENT_TOOLSDIRECTORY: place(path.join(folder, 'tools'), trailing),
    BUILD_BUILDID: '1042',
    BUILD_BUILDNUMBER: '20260105.3',
    BUILD_DEFINITIONNAME: 'model-training',
    BUILD_REASON: reasons[event] ?? 'PullRequest',
    BUILD_REPOSITORY_ID: onGitHub ? repository : '5a3b1c2d-0000-4000-8000-000000000001',
    BUILD_REPOSITORY_LOCALPATH: place(workspace, trailing),
    BUILD_REPOSITORY_NAME: onGitHub ? repository : 'model-training',
    BUILD_REPOSITORY_PROVIDER: onGitHub ? 'GitHub' : 'TfsGit',
    BUILD_SOURCEBRANCH: isPullRequest(event) ? 'refs/pull/42/merge' : 'refs/heads/main',
    BUILD_SOURCEBRANCHNAME: isPullRequest(event) ? 'merge' : 'main',
    BUILD_SOURCESDIRECTORY: place(workspace, trailing),
    BUILD_SOURCEVERSION: isPullRequest(event) ? merge : commit,
    PIPELINE_WORKSPACE: place(folder, trailing),
    SYSTEM_COLLECTIONURI: api,
    SYSTEM_DEFAULTWORKINGDIRECTORY: place(workspace, trailing),
    SYSTEM_JOBATTEMPT: '1',
    SYSTEM_JOBNAME: job,
    SYSTEM_TEAMPROJECT: 'model-training',
    SYSTEM_TEAMPROJECTID: '5a3b1c2d-0000-4000-8000-000000000002',
    TF_BUILD: 'True',
    ...(isScheduled(event) ? { BUILD_CRONSCHEDULE_DISPLAYNAME: event === 'nightly' ? 'Nightly' : 'Retrain' } : {}),
  };
  if (!isPullRequest(event)) return variables;
  return {
    ...variables,
    SYSTEM_PULLREQUEST_ISFORK: isFork(event) ? 'True' : 'False',
    // The id is Azure's own. For a repository on GitHub the number of the pull request comes in another variable.
    SYSTEM_PULLREQUEST_PULLREQUESTID: onGitHub ? '1987654321' : '42',
    ...(onGitHub ? { SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '42' } : {}),
    SYSTEM_PULLREQUEST_SOURCEBRANCH: branch('feature/x'),
    SYSTEM_PULLREQUEST_SOURCECOMMITID: commit,
    SYSTEM_PULLREQUEST_TARGETBRANCH: branch('main'),
    SYSTEM_PULLREQUEST_TARGETBRANCHNAME: 'main',
  };
}
