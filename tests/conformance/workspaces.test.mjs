import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance, credential, group, location, names, refused, subscription } from './emulator.mjs';

conformance('workspaces', (context) => {
  test('a workspace is created, read, listed, updated and deleted', async () => {
    const { workspaces } = context.client;
    const name = `${context.workspace}-other`;
    const given = { location: 'northeurope', tags: { team: 'roads' }, description: 'made by a client', friendlyName: 'Other', identity: { type: 'SystemAssigned' } };

    const created = await workspaces.beginCreateOrUpdateAndWait(group, name, given);
    assert.equal(created.id, `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${name}`);
    assert.equal(created.type, 'Microsoft.MachineLearningServices/workspaces');
    assert.equal(created.provisioningState, 'Succeeded');
    assert.ok(created.systemData.createdAt instanceof Date);
    const read = await workspaces.get(group, name);
    assert.deepEqual(read, created);
    assert.deepEqual(
      { location: read.location, tags: read.tags, description: read.description, friendlyName: read.friendlyName, identity: read.identity.type },
      { ...given, identity: given.identity.type });
    assert.match(read.workspaceId, /^[0-9a-f-]{36}$/);
    assert.equal(read.mlFlowTrackingUri, `azureml://${new URL(context.emulator.endpoint).host}/mlflow/v1.0${read.id}`);
    assert.ok((await names(workspaces.listByResourceGroup(group))).includes(name));
    assert.ok((await names(workspaces.listBySubscription())).includes(name));

    const updated = await workspaces.beginUpdateAndWait(group, name, { description: 'changed', tags: { team: 'bridges' } });
    assert.deepEqual([updated.description, updated.friendlyName, updated.tags], ['changed', 'Other', { team: 'bridges' }]);
    const replaced = await workspaces.beginCreateOrUpdateAndWait(group, name, { ...given, description: 'replaced' });
    assert.equal(replaced.description, 'replaced');
    assert.deepEqual(replaced.systemData.createdAt, created.systemData.createdAt);

    await workspaces.beginDeleteAndWait(group, name);
    await refused(workspaces.get(group, name), 404, 'ResourceNotFound', new RegExp(`^The Resource 'Microsoft.MachineLearningServices/workspaces/${name}' under resource group '${group}' was not found\\.$`));
    await workspaces.beginDeleteAndWait(group, name);
  });

  test('a wrong token is refused', async () => {
    const stranger = context.emulator.client(undefined, credential('somebody-elses'));
    await refused(stranger.workspaces.get(group, context.workspace), 401, 'AuthenticationFailed', /^Authentication failed\./);
  });

  test('VM sizes and usages of the region are listed', async () => {
    const sizes = (await context.client.virtualMachineSizes.list(location)).value;
    const size = sizes.find((candidate) => candidate.name === 'Standard_NC4as_T4_v3');
    assert.deepEqual(
      { vCPUs: size.vCPUs, gpus: size.gpus, memoryGB: size.memoryGB, lowPriorityCapable: size.lowPriorityCapable },
      { vCPUs: 4, gpus: 1, memoryGB: 28, lowPriorityCapable: true });
    assert.ok(size.supportedComputeTypes.includes('AmlCompute'));
    const usages = [];
    for await (const usage of context.client.usages.list(location)) usages.push(usage);
    for (const name of ['Standard NCASv3_T4 Family Cluster Dedicated vCPUs', 'Total Cluster Dedicated Regional vCPUs', 'Clusters']) {
      const usage = usages.find((candidate) => candidate.name.value === name);
      assert.deepEqual([usage.unit, usage.amlWorkspaceLocation, typeof usage.currentValue, typeof usage.limit], ['Count', location, 'number', 'number'], name);
    }
  });
});
