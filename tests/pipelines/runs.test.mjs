// Tests of what the platforms run: the same targets on both, values only by environment variables, scripts that do what they say.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { parse } from 'yaml';
import { parametersOf } from './reading/azure.mjs';
import { read, root, targets } from './reading/repository.mjs';
import { decided, scenarios } from './scenarios.mjs';
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
    const targetsOf = (event, options) => scriptSteps(platform, event, { folder, ...options }).steps.map((step) => step.target).filter((target) => target !== null);
    const documentation = platform === 'github' ? { authorize: { outputs: { image: 'false' } } } : { Test: { Authorize: { 'authorize.image': 'false' } } };

    // Azure Pipelines has no token for a repository on GitHub.
    const inRepos = { provider: 'azure-repos' };
    test(`${platform}: a pull request is tested, then its image is pushed`, () => assert.deepEqual(targetsOf('pull-request', inRepos), ['Authorize', 'Test', 'Docker-Push']));
    test(`${platform}: a pull request that changes only documentation is tested and has no image`, () =>
      assert.deepEqual(targetsOf('pull-request', { results: documentation, ...inRepos }), ['Authorize', 'Test']));
    test(`${platform}: main is tested, then its image is pushed`, () => assert.deepEqual(targetsOf('push'), ['Test', 'Docker-Push']));
    test(`${platform}: a pull request from a fork is tested, its image is only built, and the log gives the reason`, () => {
      assert.deepEqual(targetsOf('fork'), platform === 'github' ? ['Authorize', 'Test', 'Docker-Build'] : ['Test', 'Docker-Build']);
      const said = scriptSteps(platform, 'fork', { folder }).steps.find((step) => step.name === 'Say why nothing is pushed');
      assert.match(said.script, platform === 'github' ? /^echo "::notice / : /^echo "##vso\[task\.logissue type=warning\]/);
      assert.match(said.script, /[Ff]ork/);
    });

    test(`${platform}: the nightly run tests everything and checks the advisories`, () => {
      const names = scriptSteps(platform, 'nightly', { folder }).steps.map(({ name }) => name);
      assert.ok(names.includes('Test') && names.includes('Check the advisories'));
      for (const event of ['pull-request', 'fork', 'push']) {
        assert.ok(!scriptSteps(platform, event, { folder }).steps.some(({ name }) => name === 'Check the advisories'), event);
      }
    });

    test(`${platform}: the nightly run tests with every seed, other runs with the first few`, () => {
      const isNight = (event) => {
        const run = scriptSteps(platform, event, { folder, ...inRepos });
        return ({ ...run.variables, ...run.steps.find(({ name }) => name === 'Test').env }.NIGHTLY ?? '').toLowerCase() === 'true';
      };
      assert.deepEqual(['nightly', 'pull-request', 'push'].map(isNight), [true, false, false]);
    });

    test(`${platform}: retraining is off unless RETRAIN_ENABLED is true`, () => {
      assert.deepEqual(targetsOf('retrain'), []);
      assert.deepEqual(targetsOf('retrain', { vars: { RETRAIN_ENABLED: 'false' } }), []);
      assert.deepEqual(targetsOf('retrain', { vars: { RETRAIN_ENABLED: 'true' } }), ['Train']);
    });

    test(`${platform}: what is decided is launched, reported and commented, in this order`, () => {
      const afterApproval = platform === 'github' ? [] : ['Authorize'];
      assert.deepEqual(targetsOf('label', { results: decided[platform]('launch'), ...inRepos }), ['Authorize', ...afterApproval, 'Launch', 'Report', 'Comment']);
      for (const decision of ['refuse', '']) assert.deepEqual(targetsOf('label', { results: decided[platform](decision), ...inRepos }), ['Authorize'], decision);
      if (platform === 'github') {
        assert.deepEqual(targetsOf('label', { results: decided.github('skip') }), ['Authorize']);
        assert.deepEqual(targetsOf('label-fork'), ['Authorize']);
      } else {
        // The approvers see the proposal. After the approval the gate decides again, because something may have been pushed since.
        assert.deepEqual(targetsOf('label', { results: decided.azure('launch', '[]'), ...inRepos }), ['Authorize']);
        const moved = { ...decided.azure('launch'), Launch: { Launch: { 'authorize.decision': 'refuse' } } };
        assert.deepEqual(targetsOf('label', { results: moved, ...inRepos }), ['Authorize', 'Authorize']);
        const answer = (decision) => ({ Authorize: decided.azure('cancel').Authorize, Answer: { Answer: { 'authorize.decision': decision } } });
        assert.deepEqual(targetsOf('label', { results: answer('cancel'), ...inRepos }), ['Authorize', 'Authorize', 'Launch']);
        // A newer comment may request a training run meanwhile, without an approval.
        assert.deepEqual(targetsOf('label', { results: answer('launch'), ...inRepos }), ['Authorize', 'Authorize']);
        assert.deepEqual(targetsOf('label-fork', inRepos), []);
        assert.match(scriptSteps('azure', 'label-fork', { folder }).steps.find(({ name }) => name === 'Say why nothing is trained').script, /fork, whose code is never trained.*summary\.md/s);
      }
    });

    test(`${platform}: a price limit is passed where the variable MAX_PRICE has one, and the prices of NODE_PRICE and the rules of FAIL_ON are`, () => {
      const vars = { MAX_PRICE: '2.5', NODE_PRICE: '0.49EUR Standard_NC6s_v3/LowPriority=0.7EUR', FAIL_ON: 'worse:eval_mAP below:eval_AP50:0.6' };
      const launched = scriptSteps(platform, 'label', { folder, ...inRepos, results: decided[platform]('launch'), vars });
      const set = platform === 'github' ? {} : vars;
      const prices = '--node-price=0.49EUR Standard_NC6s_v3/LowPriority=0.7EUR';
      const argumentsOf = (target) => runRecorded(launched, launched.steps.filter((step) => step.target === target), set).calls[0].arguments;
      assert.deepEqual(argumentsOf('Launch'), ['--target=Launch', '--max-price=2.5', prices]);
      assert.deepEqual(argumentsOf('Report'), ['--target=Report', prices]);
      assert.deepEqual(argumentsOf('Comment'), ['--target=Comment', '--thumbnails', '--fail-on=worse:eval_mAP below:eval_AP50:0.6']);
    });

    test(`${platform}: other training runs obey the same limit, and targets that spend nothing get none`, () => {
      const vars = { MAX_PRICE: '2.5', NODE_PRICE: '0.49EUR 1', RETRAIN_ENABLED: 'true' };
      const set = platform === 'github' ? {} : vars;
      const pricesOf = (run) =>
        runRecorded({ ...run, variables: { ...run.variables, ...set } }, [runOf(run)]).calls[0].arguments.filter((text) => text.includes('-price'));
      const expected = ['--max-price=2.5', '--node-price=0.49EUR 1'];
      assert.deepEqual(pricesOf(scriptSteps(platform, 'retrain', { folder, vars })), expected);
      for (const target of ['Train', 'Plan']) assert.deepEqual(pricesOf(manual(platform, { target }, { vars })), expected);
      for (const target of ['Doctor', 'Docker-Push', 'Create-Compute']) assert.deepEqual(pricesOf(manual(platform, { target }, { vars })), []);
    });

    test(`${platform}: training runs without the variables have no limit`, () => {
      const { calls } = runRecorded(manual(platform, {}), [runOf(manual(platform, {}))], {});
      assert.deepEqual(calls[0].arguments.filter((text) => text.includes('-price')), []);
    });

    test(`${platform}: every script parses as bash and contains no typed value`, () => {
      for (const { event, platform: own, ...options } of scenarios.filter((scenario) => scenario.platform === platform)) {
        for (const { script, shell } of scriptSteps(own, event, { folder, ...options }).steps) {
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
          if (target === 'Authorize') continue; // It reads the pull request with the token of the job.
          const signsIn = target !== null && target !== 'Test';
          for (const name of names) assert.equal(Boolean(env[name]), signsIn, `${event}: ${name} for ${target}`);
        }
      }
    });

    test(`${platform}: a run for a fork gets none of them`, () => {
      for (const event of ['fork', 'label-fork']) {
        for (const { env } of scriptSteps(platform, event, { folder }).steps) {
          for (const name of ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'SYSTEM_ACCESSTOKEN']) assert.equal(env[name], undefined);
        }
      }
    });

    test(`${platform}: every run publishes its records, also after a failure`, () => {
      for (const event of ['pull-request', 'fork', 'push', 'manual']) {
        // These write no records.
        for (const job of jobs(platform, event, { folder }).jobs.filter(({ id }) => !['authorize', 'result'].includes(id))) {
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
      ...scenarios.filter((scenario) => scenario.platform === platform).flatMap(({ event, platform: own, ...options }) => scriptSteps(own, event, { folder, ...options }).steps),
      ...inputs.target.options.flatMap((target) => manual(platform, { target }, { vars: { MAX_PRICE: '1', NODE_PRICE: '1' } }).steps),
    ]);
    for (const { script, env, target } of used.filter((step) => step.target !== null)) {
      assert.ok(known.has(target), `${target} is not a target of build/Tasks`);
      // An argument that a variable decides, as in ${WAIT:+"--wait=$WAIT"}, is omitted where the variable is empty.
      const given = [...script.matchAll(/(?:\$\{([A-Z_]+):\+")?--([a-z][a-z-]*)=/g)].filter(([, variable]) => env[variable] !== '').map(([, , name]) => name);
      for (const name of given.filter((argument) => argument !== 'target')) assert.ok(argumentsOf(target).includes(name), `--${name} is not an argument of ${target}`);
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
  });

  test('the composite action copies a build inside the workspace out of it, so that it does not take the tags of that run', () => {
    const place = mkdtempSync(path.join(folder, 'other '));
    const { variables, steps } = scriptSteps('github', 'manual', { folder: path.join(place, 'run'), workspace: path.join(place, 'work') });
    const action = path.join(place, 'work/.build/.github/actions/train');
    mkdirSync(action, { recursive: true });
    writeFileSync(path.join(place, 'work/.build/global.json'), '{}');
    const { script } = steps.find(({ name }) => name === 'Find the build');
    execFileSync('bash', ['-eo', 'pipefail', '-c', script], { cwd: path.join(place, 'work'), env: { PATH: process.env.PATH, ...variables, ACTION_PATH: action } });
    const outputs = Object.fromEntries(readFileSync(variables.GITHUB_OUTPUT, 'utf8').trim().split('\n').map((line) => line.split('=')));
    assert.equal(outputs.root, path.join(variables.RUNNER_TEMP, 'build'));
    assert.ok(existsSync(path.join(outputs.root, 'global.json')));
    assert.equal(path.resolve(place, 'work', outputs['global-json']), path.join(outputs.root, 'global.json'));
  });

  for (const { platform, event, what = '', ...options } of scenarios) {
    for (const trailing of [false, true]) {
      const decision = options.comment ?? '';
      test(`${platform}: every step of ${[event, what, decision, trailing ? 'with trailing slashes' : ''].filter(Boolean).join(' ')} runs in order`, () => {
        const place = mkdtempSync(path.join(folder, 'agent with spaces '));
        const run = scriptSteps(platform, event, { ...options, workspace: path.join(place, 's'), folder: place, trailing });
        const { calls } = runRecorded(run, run.steps, {}, place, 0, 0, options.file !== undefined);
        assert.deepEqual(calls.filter(({ program }) => program === 'build.sh').map(({ arguments: given }) => given[0].replace('--target=', '')), run.steps.map(({ target }) => target).filter(Boolean));
      });
    }
  }

  test('the packages of the distribution are installed once, and kept for the cache', () => {
    const place = mkdtempSync(path.join(folder, 'packages '));
    const run = scriptSteps('azure', 'push', { workspace: path.join(place, 's'), folder: place });
    const step = run.steps.filter(({ name }) => name === 'Install packages of the distribution');
    const fresh = runRecorded(run, step, { PACKAGE_CACHE: path.join(place, '.packages') }, place).calls;
    assert.deepEqual(fresh.map(({ program, arguments: [first] }) => [program, first]), [['apt-get', 'update'], ['apt-get', 'install']]);
    assert.ok(fresh[1].arguments.includes(`Dir::Cache::archives=${path.join(place, '.packages/apt')}`));
    assert.deepEqual(runRecorded(run, step, { INSTALLED: 'installed' }, place).calls, []);
  });

  test('an advisory fails the nightly step, and every package is still checked', () => {
    const run = scriptSteps('github', 'nightly', { folder });
    const step = run.steps.filter(({ name }) => name === 'Check the advisories');
    assert.deepEqual(runRecorded(run, step, {}).calls.map(({ program }) => program), ['dotnet', 'npm']);
    const failed = runRecorded(run, step, { NPM_STATUS: '1' }, undefined, 1);
    assert.equal(failed.calls.length, 2);
  });

  test('the required check of GitHub fails when a job failed or was cancelled, and passes when one had nothing to do', () => {
    const { steps: [step] } = { steps: scriptSteps('github', 'pull-request', { folder }).steps.filter(({ job }) => job === 'result') };
    assert.equal(step.env.RESULTS, 'success skipped success success skipped');
    const statusOf = (results) => spawnSync('bash', ['-eo', 'pipefail', '-c', step.script], { env: { PATH: process.env.PATH, RESULTS: results } }).status;
    assert.equal(statusOf('success skipped success'), 0);
    for (const bad of ['failure', 'cancelled']) assert.equal(statusOf(`success ${bad} skipped`), 1);
  });

  test('the summary of Azure DevOps is published where the build wrote one', () => {
    const place = mkdtempSync(path.join(folder, 'summary '));
    const run = scriptSteps('azure', 'push', { workspace: path.join(place, 's'), folder: place });
    const [step] = run.steps.filter(({ name }) => name === 'Show the summary');
    assert.equal(runRecorded(run, [step], {}, place).output, '');
    mkdirSync(path.join(place, 's/artifacts'), { recursive: true });
    writeFileSync(path.join(place, 's/artifacts/summary.md'), '# Plan');
    assert.equal(runRecorded(run, [step], {}, place).output, `##vso[task.uploadsummary]${place}/s/./artifacts/summary.md\n`);
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

/** Programs that write their name and arguments to a file, as JSON, one call per line. */
const recorder = (program, after) => `#!/usr/bin/env bash
"$NODE" -e 'require("fs").appendFileSync(process.env.RECORD, JSON.stringify({ program: "${program}", arguments: process.argv.slice(1), overrides: process.env.OVERRIDES }) + "\\n")' -- "$@"
${after}
`;

function writeProgram(file, text) {
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/**
 * Executes steps in order, in a checkout with a build and package managers that record their arguments.
 * @param place Folder of the agent; the checkout is its folder `s`.
 * @param expected The exit code that the last step must have; the others must succeed.
 */
function runRecorded(run, steps, variables = {}, place = mkdtempSync(path.join(folder, 'agent ')), expected = 0, exitCode = 0, isOther = false) {
  const workspace = path.join(place, 's');
  // Where another repository uses the build: in `build` on Azure, in `.build` on GitHub.
  const checkout = !isOther ? workspace : run.platform === 'azure' ? path.join(place, 'build') : path.join(workspace, '.build');
  const programs = path.join(place, 'programs');
  const record = path.join(place, `calls-${Math.random()}.jsonl`);
  for (const part of [programs, workspace, checkout, path.join(checkout, 'artifacts'), path.join(place, 'launch/Authorize-1'), path.join(place, 'launch/Authorize-2')]) mkdirSync(part, { recursive: true });
  writeFileSync(record, '');
  writeFileSync(path.join(place, 'launch/Authorize-1/launch.json'), '{"attempt":1}');
  writeFileSync(path.join(place, 'launch/Authorize-2/launch.json'), '{"attempt":2}');
  for (const name of ['.ci', '.github', 'global.json']) if (!existsSync(path.join(checkout, name))) symlinkSync(path.join(root, name), path.join(checkout, name));
  writeProgram(path.join(checkout, 'build.sh'), recorder('build.sh', `exit ${exitCode}`));
  writeProgram(path.join(programs, 'dotnet'), recorder('dotnet', ''));
  writeProgram(path.join(programs, 'npm'), recorder('npm', 'exit "${NPM_STATUS:-0}"'));
  writeProgram(path.join(programs, 'apt-get'), recorder('apt-get', ''));
  writeProgram(path.join(programs, 'sudo'), '#!/usr/bin/env bash\nexec "$@"\n');
  writeProgram(path.join(programs, 'dpkg-query'), '#!/usr/bin/env bash\necho "${INSTALLED:-not-installed}"\n');
  // The scripts of .ci list the lock files of this repository; here git has one of its own, with the approved commit.
  writeProgram(path.join(programs, 'git'), '#!/usr/bin/env bash\ncase "$1" in ls-files) echo tests/pipelines/package-lock.json ;; checkout) echo "$@" >"$CHECKED_OUT" ;; esac\n');
  const checkedOut = path.join(place, 'checked-out');
  let output = '';
  for (const [index, step] of steps.entries()) {
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.script], {
      cwd: workspace,
      env: {
        PATH: `${programs}:${process.env.PATH}`, HOME: place, NODE: process.execPath, RECORD: record, CHECKED_OUT: checkedOut, ...run.variables, ...step.env, ...variables,
        // Where the script is this repository's own action, its place is that of the checkout.
        ...(step.env.ACTION_PATH === undefined ? {} : { ACTION_PATH: path.join(checkout, '.github/actions/train') }),
        ...(step.env.ROOT === undefined ? {} : { ROOT: isOther ? path.join(run.variables.RUNNER_TEMP, 'build') : workspace }),
      },
    });
    output += stdout;
    assert.equal(status, index === steps.length - 1 ? expected : 0, `${step.name}: ${stderr}`);
  }
  const calls = readFileSync(record, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  return { workspace, calls, output, checkedOut };
}

/** Runs the step that runs a target, and returns what the build was called with. */
function runWithRecordingBuild(platform, given, exitCode = 0) {
  const place = mkdtempSync(path.join(folder, 'checkout '));
  const run = manual(platform, given, { workspace: path.join(place, 's'), folder: place });
  const { workspace, calls: [called] } = runRecorded(run, [runOf(run)], {}, place, exitCode, exitCode);
  return { status: exitCode, workspace, ...called };
}
