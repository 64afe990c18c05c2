// The variables that GitHub Actions and Azure Pipelines set by themselves, as a process in a step sees them.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const exampleCommit = '4f2d9c1be0a8437f96c5d2e1a7b30f68c9e5d412';
const repository = 'example/model-training';

/**
 * The events of the examples.
 * `pull-request`: number 42, from branch feature/x to main. `fork`: the same from someone's fork. `push`: a commit on main. `manual`: a run started by a person, on main.
 */
export const events = ['pull-request', 'fork', 'push', 'manual'];
const isPullRequest = (event) => event === 'pull-request' || event === 'fork';

/** The content of the file that GITHUB_EVENT_PATH names, with the fields that the build reads. */
export function githubEvent(event, { inputs = {}, commit = exampleCommit } = {}) {
  const about = { repository: { full_name: repository, default_branch: 'main', fork: false }, sender: { login: 'octocat' } };
  if (event === 'push') return { ...about, ref: 'refs/heads/main', after: commit, forced: false };
  if (event === 'manual') return { ...about, ref: 'refs/heads/main', workflow: '.github/workflows/train.yml', inputs };
  const fork = event === 'fork';
  return {
    ...about,
    action: 'synchronize',
    number: 42,
    pull_request: {
      number: 42,
      title: 'Find smaller potholes',
      draft: false,
      merged: false,
      base: { ref: 'main', repo: { full_name: repository, fork: false } },
      head: { ref: 'feature/x', sha: commit, repo: { full_name: fork ? 'someone/model-training' : repository, fork } },
    },
  };
}

/**
 * GitHub's variables.
 * @param workspace Folder of the checkout.
 * @param folder Existing or new folder for the files that GitHub creates for a run: the event, outputs, summary.
 * @param commit The commit that is built: for a pull request the merge of both branches.
 */
export function githubVariables(event, { workspace, folder, commit = exampleCommit, job = 'image', workflow = event === 'manual' ? 'Train' : 'Build' }) {
  const temporary = path.join(folder, 'temp');
  mkdirSync(temporary, { recursive: true });
  const file = (name, content = '') => {
    const location = path.join(folder, name);
    writeFileSync(location, content);
    return location;
  };
  const ref = isPullRequest(event) ? 'refs/pull/42/merge' : 'refs/heads/main';
  return {
    CI: 'true',
    GITHUB_ACTION: '__run',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: isPullRequest(event) ? 'main' : '',
    GITHUB_ENV: file('set_env'),
    GITHUB_EVENT_NAME: isPullRequest(event) ? 'pull_request' : event === 'push' ? 'push' : 'workflow_dispatch',
    GITHUB_EVENT_PATH: file('event.json', JSON.stringify(githubEvent(event, { commit }), null, 2)),
    GITHUB_HEAD_REF: isPullRequest(event) ? 'feature/x' : '',
    GITHUB_JOB: job,
    GITHUB_OUTPUT: file('set_output'),
    GITHUB_PATH: file('add_path'),
    GITHUB_REF: ref,
    GITHUB_REF_NAME: ref.replace(/^refs\/(heads|pull)\//, ''),
    GITHUB_REF_PROTECTED: String(!isPullRequest(event)),
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_OWNER: 'example',
    GITHUB_RETENTION_DAYS: '90',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: '7654321098',
    GITHUB_RUN_NUMBER: '17',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: commit,
    GITHUB_STEP_SUMMARY: file('step_summary'),
    GITHUB_TRIGGERING_ACTOR: 'octocat',
    GITHUB_WORKFLOW: workflow,
    GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/${workflow.toLowerCase()}.yml@${ref}`,
    GITHUB_WORKSPACE: workspace,
    RUNNER_ARCH: 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'GitHub Actions 3',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: temporary,
    RUNNER_TOOL_CACHE: path.join(folder, 'tools'),
  };
}

/** The contexts that the expressions of a workflow read, consistent with {@link githubVariables}. */
export function githubContexts(event, { variables, inputs = {}, vars = {} }) {
  return {
    github: {
      event: githubEvent(event, { inputs, commit: variables.GITHUB_SHA }),
      event_name: variables.GITHUB_EVENT_NAME,
      ref: variables.GITHUB_REF,
      repository,
      run_attempt: '1',
      workspace: variables.GITHUB_WORKSPACE,
      action_path: path.join(variables.GITHUB_WORKSPACE, '.github/actions/train'),
    },
    inputs,
    // Variables of the repository; a run for a fork has none.
    vars: event === 'fork' ? {} : { AZURE_CLIENT_ID: 'c1', AZURE_TENANT_ID: 't1', ...vars },
    strategy: { 'job-index': 0, 'job-total': 1 },
    runner: { os: 'Linux', temp: variables.RUNNER_TEMP },
    steps: { place: { outputs: { root: variables.GITHUB_WORKSPACE, 'global-json': 'global.json', packages: '0'.repeat(64) } } },
    env: {},
  };
}

const dotted = {
  SYSTEM_PULLREQUEST_ISFORK: 'System.PullRequest.IsFork',
  BUILD_REASON: 'Build.Reason',
  BUILD_SOURCEBRANCH: 'Build.SourceBranch',
};

/** Those variables of Azure Pipelines that conditions read, by their dotted names. */
export const azureConditions = (variables) =>
  Object.fromEntries(Object.entries(dotted).filter(([name]) => variables[name] !== undefined).map(([name, key]) => [key, variables[name]]));

/**
 * Azure Pipelines' variables.
 * @param provider Where the repository is: `github` or `azure-repos`, which name pull requests in different variables.
 */
export function azureVariables(event, { workspace, folder, commit = exampleCommit, provider = 'github', job = 'Image' }) {
  const temporary = path.join(folder, 'temp');
  mkdirSync(temporary, { recursive: true });
  const onGitHub = provider === 'github';
  const branch = (name) => (onGitHub ? name : `refs/heads/${name}`);
  const variables = {
    AGENT_JOBNAME: job,
    AGENT_OS: 'Linux',
    AGENT_TEMPDIRECTORY: temporary,
    AGENT_TOOLSDIRECTORY: path.join(folder, 'tools'),
    BUILD_BUILDID: '1042',
    BUILD_BUILDNUMBER: '20260105.3',
    BUILD_DEFINITIONNAME: 'model-training',
    BUILD_REASON: isPullRequest(event) ? 'PullRequest' : event === 'push' ? (onGitHub ? 'IndividualCI' : 'BatchedCI') : 'Manual',
    BUILD_REPOSITORY_LOCALPATH: workspace,
    BUILD_REPOSITORY_NAME: onGitHub ? repository : 'model-training',
    BUILD_REPOSITORY_PROVIDER: onGitHub ? 'GitHub' : 'TfsGit',
    BUILD_SOURCEBRANCH: isPullRequest(event) ? 'refs/pull/42/merge' : 'refs/heads/main',
    BUILD_SOURCEBRANCHNAME: isPullRequest(event) ? 'merge' : 'main',
    BUILD_SOURCESDIRECTORY: workspace,
    BUILD_SOURCEVERSION: commit,
    PIPELINE_WORKSPACE: folder,
    SYSTEM_COLLECTIONURI: 'https://dev.azure.com/example/',
    SYSTEM_DEFAULTWORKINGDIRECTORY: workspace,
    SYSTEM_JOBATTEMPT: '1',
    SYSTEM_JOBNAME: job,
    SYSTEM_TEAMPROJECT: 'model-training',
    TF_BUILD: 'True',
  };
  if (!isPullRequest(event)) return variables;
  return {
    ...variables,
    SYSTEM_PULLREQUEST_ISFORK: event === 'fork' ? 'True' : 'False',
    // The id is Azure's own. For a repository on GitHub the number of the pull request comes in another variable.
    SYSTEM_PULLREQUEST_PULLREQUESTID: onGitHub ? '1987654321' : '42',
    ...(onGitHub ? { SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: '42' } : {}),
    SYSTEM_PULLREQUEST_SOURCEBRANCH: branch('feature/x'),
    SYSTEM_PULLREQUEST_SOURCECOMMITID: commit,
    SYSTEM_PULLREQUEST_TARGETBRANCH: branch('main'),
    SYSTEM_PULLREQUEST_TARGETBRANCHNAME: 'main',
  };
}
