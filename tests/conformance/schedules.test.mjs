import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { conformance, group, location, names, refused } from './emulator.mjs';

conformance('schedules', (context) => {
  const scope = () =>
    `/subscriptions/${context.client.subscriptionId}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${context.workspace}`;
  const schedule = (trigger, more = {}) => ({
    properties: {
      displayName: 'every night', tags: { team: 'roads' }, trigger: { triggerType: 'Cron', expression: '0 3 * * MON-FRI', timeZone: 'W. Europe Standard Time', ...trigger },
      action: {
        actionType: 'CreateJob',
        jobDefinition: { jobType: 'Command', command: 'true', computeId: `${scope()}/computes/cpu`, environmentId: `${scope()}/environments/detection/versions/1` },
      },
      ...more,
    },
  });

  before(async () => {
    await context.client.computeOperations.beginCreateOrUpdateAndWait(group, context.workspace, 'cpu', {
      location,
      properties: { computeType: 'AmlCompute', properties: { vmSize: 'Standard_DS3_v2', scaleSettings: { maxNodeCount: 1, nodeIdleTimeBeforeScaleDown: 'PT15M' } } },
    }, { updateIntervalInMs: 20 });
    await context.client.environmentVersions.createOrUpdate(group, context.workspace, 'detection', '1', { properties: { image: 'registry.example/detection:1' } });
  });

  test('a schedule is created, read, listed, paused and deleted', async () => {
    const { schedules } = context.client;
    const at = [group, context.workspace, 'nightly'];

    const created = await schedules.beginCreateOrUpdateAndWait(...at, schedule(), { updateIntervalInMs: 20 });
    assert.equal(created.type, 'Microsoft.MachineLearningServices/workspaces/schedules');
    assert.deepEqual([created.properties.isEnabled, created.properties.provisioningState], [true, 'Succeeded']);
    const read = (await schedules.get(...at)).properties;
    assert.deepEqual([read.trigger.expression, read.trigger.timeZone, read.action.jobDefinition.command], ['0 3 * * MON-FRI', 'W. Europe Standard Time', 'true']);
    assert.deepEqual(await names(schedules.list(group, context.workspace)), ['nightly']);

    const paused = await schedules.beginCreateOrUpdateAndWait(...at, schedule({}, { isEnabled: false }), { updateIntervalInMs: 20 });
    assert.equal(paused.properties.isEnabled, false);
    assert.deepEqual(await names(schedules.list(group, context.workspace)), []);
    assert.deepEqual(await names(schedules.list(group, context.workspace, { listViewType: 'DisabledOnly' })), ['nightly']);

    await schedules.beginDeleteAndWait(...at, { updateIntervalInMs: 20 });
    await refused(schedules.get(...at), 404, 'ResourceNotFound', /^Schedule 'nightly' was not found/);
  });

  test('a wrong cron expression is refused with its position', () =>
    refused(
      context.client.schedules.beginCreateOrUpdateAndWait(group, context.workspace, 'wrong', schedule({ expression: '0 24 * * *' })), 400, 'UserError',
      /^properties\.trigger\.expression: '0 24 \* \* \*' has '24' for hours at position 3;/));
});
