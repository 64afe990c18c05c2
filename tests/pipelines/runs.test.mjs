// Tests of what the platforms run: the same targets on both, values only by environment variables, scripts that do what they say.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { parse } from 'yaml';
import { parametersOf } from './reading/azure.mjs';
import { read, root, targets } from './reading/repository.mjs';
import { jobs, scriptSteps, targetOf } from './steps.mjs';
import { azureVariables, githubVariables } from './variables.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'pipelines-'));
const platforms = ['github', 'azure'];
const inputs = parse(read('.github/workflows/train.yml')).on.workflow_dispatch.inputs;
const parameters = Object.fromEntries(parametersOf().map((parameter) => [parameter.name, parameter]));
const manual = (platform, { target = 'Train', expConfig = 'exp_configs/demo.json', overrides = '', wait = true }, options = {}) =>
  scriptSteps(platform, 'manual', {
    folder,
    ...options,
    given: platform === 'azure' ? { target, expConfig, overrides, wait } : { target, exp_config: expConfig, overrides, wait },
  });
const runOf = (run) => run.steps.find((step) => step.target !== null && step.target !== 'Test');

describe('what the platforms run', () => {
  after(() => rmSync(folder, { recursive: true }));

  for (const platform of platforms) {
    const targetsOf = (event) => scriptSteps(platform, event, { folder }).steps.map((step) => step.target).filter((target) => target !== null);

    test(`${platform}: a pull request is tested, then its image is pushed`, () => assert.deepEqual(targetsOf('pull-request'), ['Test', 'Docker-Push']));
    test(`${platform}: main is tested, then its image is pushed`, () => assert.deepEqual(targetsOf('push'), ['Test', 'Docker-Push']));
    test(`${platform}: a pull request from a fork is tested, its image is only built, and the log gives the reason`, () => {
      assert.deepEqual(targetsOf('fork'), ['Test', 'Docker-Build']);
      const said = scriptSteps(platform, 'fork', { folder }).steps.find((step) => step.script.startsWith('echo'));
      assert.match(said.script, platform === 'github' ? /^echo "::notice / : /^echo "##vso\[task\.logissue type=warning\]/);
      assert.match(said.script, /comes from a fork/);
    });

    test(`${platform}: every script parses as bash and contains no typed value`, () => {
      for (const event of ['pull-request', 'fork', 'push', 'manual']) {
        for (const { script, shell } of scriptSteps(platform, event, { folder }).steps) {
          assert.equal(shell, 'bash');
          execFileSync('bash', ['-n'], { input: script });
        }
      }
    });

    test(`${platform}: no script contains overrides`, () => {
      const plain = manual(platform, {});
      const strange = manual(platform, { overrides: 'A=$(touch x)\nB=`y`"; rm z\n', expConfig: 'exp_configs/"; touch x.json' });
      assert.deepEqual(strange.steps.map((step) => step.script), plain.steps.map((step) => step.script));
      assert.equal(runOf(strange).env.OVERRIDES, 'A=$(touch x)\nB=`y`"; rm z\n');
    });

    test(`${platform}: only Train gets WAIT`, () => {
      assert.equal(runOf(manual(platform, { target: 'Train', wait: true })).env.WAIT.toLowerCase(), 'true');
      assert.equal(runOf(manual(platform, { target: 'Train', wait: false })).env.WAIT.toLowerCase(), 'false');
      assert.equal(runOf(manual(platform, { target: 'Plan' })).env.WAIT ?? '', '');
    });

    test(`${platform}: only the step that runs a target gets the variables of the sign-in`, () => {
      const names = platform === 'github' ? ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID'] : ['SYSTEM_ACCESSTOKEN'];
      for (const event of ['pull-request', 'push', 'manual']) {
        const { steps } = scriptSteps(platform, event, { folder });
        for (const { env, target } of steps) {
          const signsIn = target !== null && target !== 'Test';
          for (const name of names) assert.equal(Boolean(env[name]), signsIn, `${event}: ${name} for ${target}`);
        }
      }
    });

    test(`${platform}: a run for a fork gets none of them`, () => {
      for (const { env } of scriptSteps(platform, 'fork', { folder }).steps) {
        for (const name of ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'SYSTEM_ACCESSTOKEN']) assert.equal(env[name], undefined);
      }
    });

    test(`${platform}: every run publishes its records, also after a failure`, () => {
      for (const event of ['pull-request', 'fork', 'push', 'manual']) {
        for (const job of jobs(platform, event, { folder }).jobs) {
          const last = job.steps.at(-1);
          assert.match(last.task ?? last.uses, /^(PublishPipelineArtifact|actions\/upload-artifact)@/, `${event}, job ${job.id}`);
        }
      }
    });

    test(`${platform}: a step passes the typed values to the build unchanged`, () => {
      const overrides = '# a comment\nRUN_PARAMS.STEPS=20\nDESCRIPTION=it\'s "20 $(touch injected) steps"\n';
      const called = runWithRecordingBuild(platform, { overrides, expConfig: 'exp_configs/a b.json', wait: false });
      const given = Object.fromEntries(called.arguments.map((argument) => /^--([^=]+)=(.*)$/s.exec(argument).slice(1)));
      assert.deepEqual(Object.keys(given), ['target', 'exp-config', 'set-variable', 'wait']);
      assert.equal(given.target, 'Train');
      assert.equal(path.resolve(called.workspace, given['exp-config']), path.join(called.workspace, 'exp_configs/a b.json'));
      assert.equal(given.wait.toLowerCase(), 'false');
      assert.equal(called.overrides, overrides);
      assert.ok(!existsSync(path.join(called.workspace, 'injected')));
    });

    test(`${platform}: a failing build fails its step`, () => {
      const failed = runWithRecordingBuild(platform, {}, 3);
      assert.equal(failed.status, 3);
    });
  }

  test('both platforms offer the same targets, experiment and waiting', () => {
    assert.deepEqual([...parameters.target.values].sort(), [...inputs.target.options].sort());
    assert.equal(parameters.expConfig.default, inputs.exp_config.default);
    assert.equal(parameters.wait.default, inputs.wait.default);
    assert.deepEqual([inputs.target.type, inputs.wait.type, parameters.wait.type], ['choice', 'boolean', 'boolean']);
    assert.ok(existsSync(path.join(root, inputs.exp_config.default)));
  });

  test('every permitted target runs that target on both platforms', () => {
    for (const target of inputs.target.options) {
      for (const platform of platforms) assert.equal(runOf(manual(platform, { target }))?.target, target);
    }
  });

  test('every target and argument of the pipelines is one that the build declares', () => {
    const known = targets();
    const typeNames = new Map([...known].map(([name, { type }]) => [type, name]));
    const argumentsOf = (name) => {
      const { arguments: own, dependencies } = known.get(name);
      return [...own, ...dependencies.flatMap((type) => (typeNames.has(type) ? argumentsOf(typeNames.get(type)) : []))];
    };
    const used = platforms.flatMap((platform) => [
      ...['pull-request', 'fork', 'push'].flatMap((event) => scriptSteps(platform, event, { folder }).steps),
      ...inputs.target.options.flatMap((target) => manual(platform, { target }).steps),
    ]);
    for (const { script, env, target } of used.filter((step) => step.target !== null)) {
      assert.ok(known.has(target), `${target} is not a target of build/Tasks`);
      const given = [...script.matchAll(/--([a-z][a-z-]*)=/g)].map((match) => match[1]).filter((name) => name !== 'target' && (name !== 'wait' || env.WAIT));
      for (const name of given) assert.ok(argumentsOf(target).includes(name), `--${name} is not an argument of ${target}`);
    }
  });

  test('the composite action finds the build that it belongs to', () => {
    const { variables, steps } = scriptSteps('github', 'manual', { folder });
    const step = steps.find(({ name }) => name === 'Find the build');
    execFileSync('bash', ['-eo', 'pipefail', '-c', step.script], { cwd: folder, env: { PATH: process.env.PATH, ...variables, ...step.env } });
    const outputs = Object.fromEntries(readFileSync(variables.GITHUB_OUTPUT, 'utf8').trim().split('\n').map((line) => line.split('=')));
    assert.equal(outputs.root, root);
    assert.equal(path.resolve(folder, outputs['global-json']), path.join(root, 'global.json'));
    assert.ok(!path.isAbsolute(outputs['global-json']));
    assert.match(outputs.packages, /^[0-9a-f]{64}$/);
  });

  test('the variables name pull request 42 as each platform does', () => {
    const github = githubVariables('pull-request', { workspace: root, folder });
    assert.equal(JSON.parse(readFileSync(github.GITHUB_EVENT_PATH, 'utf8')).pull_request.number, 42);
    assert.deepEqual([github.GITHUB_REF, github.GITHUB_HEAD_REF, github.GITHUB_BASE_REF], ['refs/pull/42/merge', 'feature/x', 'main']);
    const azure = azureVariables('pull-request', { workspace: root, folder });
    assert.deepEqual([azure.BUILD_SOURCEBRANCH, azure.SYSTEM_PULLREQUEST_PULLREQUESTNUMBER], ['refs/pull/42/merge', '42']);
    const repos = azureVariables('pull-request', { workspace: root, folder, provider: 'azure-repos' });
    assert.deepEqual([repos.SYSTEM_PULLREQUEST_PULLREQUESTID, repos.SYSTEM_PULLREQUEST_PULLREQUESTNUMBER], ['42', undefined]);
  });

  test('steps.mjs prints the steps and variables as JSON', () => {
    const printed = JSON.parse(execFileSync(process.execPath, [path.join(root, 'tests/pipelines/steps.mjs'), '--platform=azure', '--event=push', `--folder=${folder}`]));
    assert.deepEqual(printed, JSON.parse(JSON.stringify(scriptSteps('azure', 'push', { folder }))));
    const refused = spawnSync(process.execPath, [path.join(root, 'tests/pipelines/steps.mjs'), '--platform=jenkins', '--event=push']);
    assert.match(refused.stderr.toString(), /--platform is jenkins; it must be github or azure/);
  });

  test('targetOf reads a target from a script or from TARGET', () => {
    assert.equal(targetOf({ script: './build.sh --target=Test', env: {} }), 'Test');
    assert.equal(targetOf({ script: './build.sh --target="$TARGET"', env: { TARGET: 'Plan' } }), 'Plan');
    assert.equal(targetOf({ script: 'mkdir -p artifacts', env: {} }), null);
  });

  test('the lock file names no registry', () => assert.doesNotMatch(read('tests/pipelines/package-lock.json'), /"resolved"/));
});

/** Runs the step that runs a target, in a checkout whose build.sh records its arguments. */
function runWithRecordingBuild(platform, given, exitCode = 0) {
  const workspace = mkdtempSync(path.join(folder, 'checkout-'));
  const record = path.join(workspace, 'called.json');
  writeFileSync(
    path.join(workspace, 'build.sh'),
    `#!/usr/bin/env bash\n"$NODE" -e 'require("fs").writeFileSync(process.env.RECORD, JSON.stringify({ arguments: process.argv.slice(1), overrides: process.env.OVERRIDES }))' -- "$@"\nexit ${exitCode}\n`);
  chmodSync(path.join(workspace, 'build.sh'), 0o755);
  mkdirSync(path.join(workspace, 'run'));
  const run = manual(platform, given, { workspace, folder: path.join(workspace, 'run') });
  const step = runOf(run);
  const { status, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.script], {
    cwd: workspace,
    env: { PATH: process.env.PATH, NODE: process.execPath, RECORD: record, ...run.variables, ...step.env },
  });
  if (exitCode === 0) assert.equal(status, 0, stderr.toString());
  return { status, workspace, ...JSON.parse(readFileSync(record, 'utf8')) };
}
