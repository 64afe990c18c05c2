// The runs that tests execute, on both platforms. Together they reach every script step: checks/executed.mjs compares. runs.test.mjs executes all of them with a
// build that records its arguments; tests/EndToEnd/PullRequests executes those of launches with the real build, the emulator, and servers of the code hosts.

const experiments = JSON.stringify([{ exp_config: 'exp_configs/demo.json', overrides: [] }]);
const commit = '4f2d9c1be0a8437f96c5d2e1a7b30f68c9e5d412';

/** The results of earlier jobs when a launch is decided. */
export const decided = {
  github: (decision, launched = 'success') => ({
    authorize: { result: 'success', outputs: { decision, commit } },
    train: { result: 'success', outputs: { launch: launched } },
  }),
  azure: (decision, asked = experiments) => ({
    Authorize: { Authorize: { 'authorize.decision': decision === 'launch' ? 'skip' : decision, 'authorize.experiments': asked } },
    Launch: { Launch: { 'authorize.decision': decision, 'authorize.commit': commit } },
  }),
};

const proposal = { authorize: { result: 'success', outputs: { experiments, image: 'true' } } };
const documentation = { authorize: { result: 'success', outputs: { experiments: '[]', image: 'false' } } };

export const scenarios = [
  { platform: 'github', event: 'pull-request', results: proposal },
  { platform: 'github', event: 'pull-request', results: documentation, what: 'that changes only documentation' },
  { platform: 'github', event: 'fork' },
  { platform: 'github', event: 'merge-group' },
  { platform: 'github', event: 'push' },
  { platform: 'github', event: 'manual' },
  { platform: 'github', event: 'nightly' },
  { platform: 'github', event: 'retrain', vars: { RETRAIN_ENABLED: 'true' } },
  { platform: 'github', event: 'label', results: decided.github('launch') },
  { platform: 'github', event: 'label-fork', results: decided.github('refuse') },
  { platform: 'github', event: 'comment', results: decided.github('launch') },
  { platform: 'github', event: 'comment', results: decided.github('cancel'), comment: '/cancel' },
  { platform: 'github', event: 'comment', results: decided.github('status'), comment: '/status' },
  { platform: 'github', event: 'push', file: 'docs/samples/.github/workflows/image.yml', what: 'in another repository' },
  { platform: 'github', event: 'manual', file: 'docs/samples/.github/workflows/train.yml', what: 'in another repository' },
  { platform: 'azure', event: 'pull-request' },
  { platform: 'azure', event: 'pull-request', provider: 'azure-repos', what: 'in Azure Repos' },
  { platform: 'azure', event: 'pull-request', provider: 'azure-repos', results: { Test: { Authorize: { 'authorize.image': 'false' } } }, what: 'that changes only documentation' },
  { platform: 'azure', event: 'fork' },
  { platform: 'azure', event: 'push' },
  { platform: 'azure', event: 'manual', given: { target: 'Train' } },
  { platform: 'azure', event: 'nightly' },
  { platform: 'azure', event: 'retrain', vars: { RETRAIN_ENABLED: 'true' } },
  { platform: 'azure', event: 'label', provider: 'azure-repos', results: decided.azure('launch') },
  { platform: 'azure', event: 'label', given: { gitHubTokenGroup: 'model-training-github' }, results: decided.azure('launch'), what: 'of a repository on GitHub' },
  {
    platform: 'azure', event: 'label', provider: 'azure-repos', what: 'with the comment /cancel',
    results: { Authorize: decided.azure('cancel').Authorize, Answer: { Answer: { 'authorize.decision': 'cancel' } } },
  },
  { platform: 'azure', event: 'label-fork' },
  { platform: 'azure', event: 'push', file: 'docs/samples/azure-pipelines.yml', what: 'in another repository' },
];
