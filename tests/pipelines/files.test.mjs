// The workflows, the composite action, the pipeline and its templates against the platforms' own parsers and the rules of this repository.
// Each rule is also tested against a small file that breaks it, so that no rule passes without effect.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as azure from './checks/azure.mjs';
import { checkExecuted } from './checks/executed.mjs';
import * as github from './checks/github.mjs';
import { actions, pipelines, read, samples, templates, workflows, yamlFiles } from './reading/repository.mjs';

describe('the files of the pipelines', () => {
  for (const file of [...workflows(), ...actions(), ...samples.github]) {
    test(`${file} conforms to GitHub's parsers and the rules`, async () => assert.deepEqual(await github.check(file), []));
  }

  for (const file of [...pipelines, ...templates(), ...samples.azure]) {
    test(`${file} conforms to the language service and the rules`, async () => assert.deepEqual(await azure.check(file), []));
  }

  test('every script step is executed by a test', () => assert.deepEqual(checkExecuted([...workflows(), ...actions(), ...pipelines, ...samples.azure]), []));

  test('a script step that no test executes is named', () => {
    for (const [platform, step] of [['github', './build.sh --target=Bench'], ['azure', 'Plan']]) {
      const file = `tests/pipelines/fixtures/executed/${platform}/step-of-no-scenario.yml`;
      assert.deepEqual(checkExecuted([file]), [`${file}: no test executes the step '${step}'; add its run to tests/pipelines/scenarios.mjs`]);
    }
  });

  test('every template is used', () => assert.deepEqual(azure.checkUse(), []));

  test('an unused template is named', () =>
    assert.deepEqual(azure.checkUse([...templates(), 'pipelines/steps/lost.yml']), ['pipelines/steps/lost.yml: no pipeline uses it']));

  for (const [platform, checks] of Object.entries({ github, azure })) {
    const fixtures = yamlFiles(`tests/pipelines/fixtures/${platform}`);

    for (const file of fixtures) {
      const reason = /^# rejected: (.+)$/m.exec(read(file))?.[1];
      if (reason === undefined) {
        test(`${file} is accepted`, async () => assert.deepEqual(await checks.check(file), []));
        continue;
      }

      test(`${file} is rejected: ${reason}`, async () => {
        const faults = await checks.check(file);
        assert.ok(faults.some((fault) => fault.includes(reason)), `no fault says "${reason}":\n${faults.join('\n')}`);
      });
    }

    test(`${platform} has the accepted example and its mutations`, () => {
      assert.ok(fixtures.includes(`tests/pipelines/fixtures/${platform}/valid.yml`));
      assert.ok(fixtures.length > 15);
    });
  }
});
