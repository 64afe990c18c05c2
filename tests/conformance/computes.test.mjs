import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance, group, location, names, pages, refused } from './emulator.mjs';

const quick = { updateIntervalInMs: 20 };
const cluster = (minNodeCount = 0, vmSize = 'Standard_NC4as_T4_v3') => ({
  location,
  tags: { team: 'roads' },
  properties: {
    computeType: 'AmlCompute',
    description: 'made by a client',
    properties: {
      osType: 'Linux',
      vmSize,
      vmPriority: 'LowPriority',
      scaleSettings: { minNodeCount, maxNodeCount: 4, nodeIdleTimeBeforeScaleDown: 'PT15M' },
      remoteLoginPortPublicAccess: 'Disabled',
      userAccountCredentials: { adminUserName: 'admin', adminUserPassword: 'planted-password' },
    },
  },
});

conformance('computes', (context) => {
  test('a cluster is created, read, listed, scaled and deleted', async () => {
    const operations = context.client.computeOperations;
    const at = [group, context.workspace, 'gpu'];

    const poller = await operations.beginCreateOrUpdate(...at, cluster(1), quick);
    const created = await poller.pollUntilDone();
    assert.equal(created.properties.provisioningState, 'Succeeded');
    const read = await operations.get(...at);
    assert.equal(read.name, 'gpu');
    assert.equal(read.type, 'Microsoft.MachineLearningServices/workspaces/computes');
    assert.deepEqual([read.location, read.tags, read.properties.computeType, read.properties.description], [location, { team: 'roads' }, 'AmlCompute', 'made by a client']);
    assert.ok(read.properties.createdOn instanceof Date);
    assert.equal(read.properties.isAttachedCompute, false);
    const own = read.properties.properties;
    assert.deepEqual(
      [own.osType, own.vmSize, own.vmPriority, own.remoteLoginPortPublicAccess, own.scaleSettings],
      ['Linux', 'Standard_NC4as_T4_v3', 'LowPriority', 'Disabled', cluster(1).properties.properties.scaleSettings]);
    assert.ok(!JSON.stringify(read).includes('planted-password'));
    assert.ok((await names(operations.list(group, context.workspace))).includes('gpu'));

    const nodes = (await pages(operations.listNodes(...at))).flat();
    assert.equal(nodes.length, 1);
    assert.match(nodes[0].nodeState, /^(preparing|idle)$/);
    assert.deepEqual([typeof nodes[0].nodeId, typeof nodes[0].privateIpAddress, typeof nodes[0].port, nodes[0].runId], ['string', 'string', 'number', undefined]);

    const scaled = await operations.beginUpdateAndWait(...at, { properties: { scaleSettings: { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: 'PT1M' } } }, quick);
    assert.deepEqual(scaled.properties.properties.scaleSettings, { minNodeCount: 0, maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: 'PT1M' });
    const again = await operations.beginCreateOrUpdateAndWait(...at, cluster(0), quick);
    assert.equal(again.properties.properties.scaleSettings.maxNodeCount, 4);

    await refused(operations.beginDelete(...at, 'Neither'), 400, 'InvalidParameter', /underlyingResourceAction/);
    await operations.beginDeleteAndWait(...at, 'Delete', quick);
    await refused(operations.get(...at), 404, 'ResourceNotFound', /^Compute 'gpu' was not found in workspace/);
    await operations.beginDeleteAndWait(...at, 'Detach', quick);
  });

  test('clusters are listed in pages', async () => {
    const operations = context.client.computeOperations;
    const workspace = `${context.workspace}-many`;
    await context.client.workspaces.beginCreateOrUpdateAndWait(group, workspace, { location });
    const wanted = Array.from({ length: 31 }, (_, number) => `cluster-${String(number).padStart(2, '0')}`);
    for (const name of wanted) await operations.beginCreateOrUpdate(group, workspace, name, cluster(), quick);

    const found = await pages(operations.list(group, workspace));

    assert.deepEqual(found.map((page) => page.length), [30, 1]);
    assert.deepEqual(found.flat().map((item) => item.name), wanted);
  });

  test('an unavailable size, another compute type and a changed size are refused', async () => {
    const operations = context.client.computeOperations;
    await refused(
      operations.beginCreateOrUpdate(group, context.workspace, 'old', cluster(0, 'Standard_NC6')), 400, 'InvalidPropertyValue',
      /^The specified value Standard_NC6 for property Cluster\.Properties\.VMSize is not a supported VM size\. Supported VM sizes: STANDARD_/);
    await refused(
      operations.beginCreateOrUpdate(group, context.workspace, 'aks', { location, properties: { computeType: 'AKS', properties: {} } }), 400, 'InvalidPropertyValue', /'AKS'; it must be AmlCompute/);
    await operations.beginCreateOrUpdateAndWait(group, context.workspace, 'fixed', cluster(), quick);
    await refused(
      operations.beginCreateOrUpdate(group, context.workspace, 'fixed', cluster(0, 'Standard_NC8as_T4_v3')), 400, 'InvalidPropertyValue',
      /cannot be changed to Standard_NC8as_T4_v3; delete the compute first\.$/);
  });
});
