// A schema of those parts of the YAML of Azure Pipelines that this repository uses: stricter than the service's own, in that it has nothing else,
// requires a time limit on each job and a name on each step, and knows the tasks by their inputs.

const text = { type: 'string' };
const flag = { type: 'boolean' };
const texts = { type: 'array', items: text };
const object = (properties, required = []) => ({ type: 'object', properties, required, additionalProperties: false });
const values = (...names) => ({ type: 'string', enum: names });

/** Inputs of each task, as task.json of microsoft/azure-pipelines-tasks names them. */
const tasks = {
  'AzureCLI@2': object(
    {
      azureSubscription: text,
      visibleAzLogin: flag,
      scriptType: values('bash'),
      scriptLocation: values('inlineScript'),
      inlineScript: text,
    },
    ['azureSubscription', 'scriptType', 'scriptLocation', 'inlineScript']),
  'Cache@2': object({ key: text, path: text, restoreKeys: text }, ['key', 'path']),
  'DownloadPipelineArtifact@2': object({ itemPattern: text, targetPath: text }, ['targetPath']),
  'PublishPipelineArtifact@1': object({ targetPath: text, artifact: text }, ['targetPath', 'artifact']),
  'PublishTestResults@2': object(
    { testResultsFormat: values('JUnit'), testResultsFiles: text, testRunTitle: text, failTaskOnMissingResultsFile: flag },
    ['testResultsFormat', 'testResultsFiles']),
  'UseDotNet@2': object({ packageType: values('sdk'), useGlobalJson: flag, workingDirectory: text }, ['useGlobalJson']),
};

const environment = { type: 'object', additionalProperties: text };
const target = object({ commands: values('restricted'), settableVariables: { anyOf: [values('none'), texts] } }, ['commands', 'settableVariables']);
const common = { name: text, displayName: text, condition: text, env: environment, target };
const parameterValues = { type: 'object', additionalProperties: { anyOf: [text, flag, { type: 'number' }] } };
const template = object({ template: text, parameters: parameterValues }, ['template']);

const step = {
  anyOf: [
    template,
    object({ ...common, bash: text }, ['bash', 'displayName']),
    object({ displayName: text, checkout: text, path: text, persistCredentials: flag, fetchDepth: { anyOf: [{ type: 'number' }, text] } }, ['checkout', 'displayName', 'persistCredentials']),
    object({ displayName: text, download: values('none') }, ['download', 'displayName']),
    ...Object.entries(tasks).map(([task, inputs]) => object({ ...common, task: values(task), inputs }, ['task', 'displayName', 'inputs'])),
  ],
};
const steps = { type: 'array', items: step };

const job = object(
  {
    job: text,
    displayName: text,
    condition: text,
    dependsOn: text,
    pool: object({ vmImage: text }, ['vmImage']),
    timeoutInMinutes: { type: 'number' },
    variables: environment,
    steps,
  },
  ['job', 'pool', 'timeoutInMinutes', 'steps']);
const deployment = object(
  {
    deployment: text,
    displayName: text,
    environment: text,
    pool: object({ vmImage: text }, ['vmImage']),
    timeoutInMinutes: { type: 'number' },
    variables: environment,
    strategy: object({ runOnce: object({ deploy: object({ steps }, ['steps']) }, ['deploy']) }, ['runOnce']),
  },
  ['deployment', 'environment', 'pool', 'timeoutInMinutes', 'strategy']);
const jobs = { type: 'array', items: { anyOf: [template, job, deployment] } };

const dependsOn = { anyOf: [text, { type: 'array', items: text }] };
const stage = object({ stage: text, displayName: text, condition: text, dependsOn, jobs }, ['stage', 'jobs']);
const stages = { type: 'array', items: { anyOf: [template, stage] } };

const parameter = object(
  { name: text, displayName: text, type: values('string', 'boolean', 'number'), default: { anyOf: [text, flag, { type: 'number' }] }, values: texts },
  ['name', 'type']);
const parameters = { type: 'array', items: parameter };
const branches = object({ include: texts }, ['include']);
const schedule = object({ cron: text, displayName: text, branches, always: flag }, ['cron', 'displayName', 'branches']);
const repository = object({ repository: text, type: values('git', 'github'), name: text, ref: text, endpoint: text }, ['repository', 'type', 'name', 'ref']);

/** The schema of a file: that of the pipeline, or of a template by its section. */
export const schemas = {
  pipeline: object(
    {
      name: text,
      trigger: { anyOf: [values('none'), object({ batch: flag, branches }, ['branches'])] },
      schedules: { type: 'array', items: schedule },
      resources: object({ repositories: { type: 'array', items: repository } }, ['repositories']),
      pr: object({ autoCancel: flag, branches }, ['autoCancel', 'branches']),
      parameters,
      variables: { anyOf: [environment, { type: 'array', items: { anyOf: [object({ name: text, value: text }, ['name', 'value']), object({ group: text }, ['group'])] } }] },
      stages,
    },
    ['trigger', 'pr', 'parameters', 'stages']),
  stages: object({ parameters, stages }, ['stages']),
  jobs: object({ parameters, jobs }, ['jobs']),
  steps: object({ parameters, steps }, ['steps']),
};
