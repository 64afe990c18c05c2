import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { conformance, group, location, names, refused, send } from './emulator.mjs';

conformance('jobs', (context) => {
  before(async () => {
    await context.client.computeOperations.beginCreateOrUpdateAndWait(group, context.workspace, 'cpu', {
      location,
      properties: { computeType: 'AmlCompute', properties: { vmSize: 'Standard_DS3_v2', scaleSettings: { maxNodeCount: 2, nodeIdleTimeBeforeScaleDown: 'PT15M' } } },
    }, { updateIntervalInMs: 20 });
    await context.client.environmentVersions.createOrUpdate(group, context.workspace, 'detection', '1', { properties: { image: 'registry.example/detection:1' } });
  });

  const job = (command, more = {}) => {
    const workspace = `/subscriptions/${context.client.subscriptionId}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${context.workspace}`;
    return {
      properties: {
        jobType: 'Command', displayName: 'Potholes', experimentName: 'potholes', description: 'made by a client',
        command, computeId: `${workspace}/computes/cpu`, environmentId: `${workspace}/environments/detection/versions/1`, ...more,
      },
    };
  };
  const ended = async (name) => {
    for (;;) {
      const found = await context.client.jobs.get(group, context.workspace, name);
      if (['Completed', 'Failed', 'Canceled'].includes(found.properties.status)) return found;
    }
  };

  test('a command job is created, runs, is read, listed, updated and deleted', async () => {
    const { jobs } = context.client;
    const at = [group, context.workspace, `runs-${context.workspace}`];
    const more = {
      tags: { keep: 'yes' },
      properties: { commit: 'abc' },
      environmentVariables: { WORD: 'hello' },
      inputs: { steps: { jobInputType: 'literal', value: '3' } },
      outputs: { model: { jobOutputType: 'uri_folder' } },
      limits: { jobLimitsType: 'Command', timeout: 'PT5M' },
      resources: { instanceCount: 1, shmSize: '1g' },
      identity: { identityType: 'AMLToken' },
    };

    const created = await jobs.createOrUpdate(...at, job('test "$WORD ${{inputs.steps}}" = "hello 3" && echo made > ${{outputs.model}}/model.txt', more));
    assert.equal(created.type, 'Microsoft.MachineLearningServices/workspaces/jobs');
    assert.match(created.properties.status, /^(NotStarted|Queued|Preparing|Running)$/);
    const done = (await ended(at[2])).properties;
    assert.equal(done.status, 'Completed');
    for (const member of ['tags', 'properties', 'environmentVariables', 'inputs', 'limits', 'resources', 'identity']) assert.deepEqual(done[member], more[member], member);
    assert.deepEqual([done.jobType, done.displayName, done.experimentName, done.description], ['Command', 'Potholes', 'potholes', 'made by a client']);
    assert.equal(done.services.Studio.jobServiceType, 'Studio');
    assert.deepEqual(Object.keys(done.outputs).sort(), ['default', 'model']);

    const list = (options) => names(jobs.list(group, context.workspace, options));
    assert.ok((await list()).includes(at[2]));
    assert.deepEqual(await list({ tag: 'keep' }), [at[2]]);
    assert.deepEqual(await list({ jobType: 'Sweep' }), []);
    const updated = await jobs.createOrUpdate(...at, job(created.properties.command, { ...more, tags: { note: 'good' }, properties: { commit: 'abc', more: 'x' }, isArchived: true }));
    assert.deepEqual([updated.properties.tags, updated.properties.properties], [{ note: 'good' }, { commit: 'abc', more: 'x' }]);
    assert.deepEqual(await list({ listViewType: 'ArchivedOnly' }), [at[2]]);

    await jobs.beginDeleteAndWait(...at);
    await refused(jobs.get(...at), 404, 'ResourceNotFound', /^Job 'runs-.*' was not found in workspace/);
    await jobs.beginDeleteAndWait(...at);
  });

  test('a job writes an output that another job reads', async () => {
    // The client (2.1.1) drops address and mode of assets: it registers their types under AssetJobInput and looks for them under JobInput. So this test uses only its pipeline.
    const uri = 'azureml://datastores/workspaceblobstore/paths/handed-over/';
    const outputs = { model: { jobOutputType: 'uri_folder', mode: 'ReadWriteMount', uri } };
    const inputs = { data: { jobInputType: 'uri_folder', mode: 'ReadOnlyMount', uri } };
    const [writer, reader] = [`writes-${context.workspace}`, `reads-${context.workspace}`];

    const written = await send(context, 'PUT', `/jobs/${writer}`, job('echo made > ${{outputs.model}}/model.txt', { outputs }));
    assert.deepEqual([written.status, written.body.properties.outputs.model], [201, outputs.model]);
    assert.equal((await ended(writer)).properties.status, 'Completed');
    const read = await send(context, 'PUT', `/jobs/${reader}`, job('test "$(cat ${{inputs.data}}/model.txt)" = made', { inputs }));
    assert.deepEqual([read.status, read.body.properties.inputs], [201, inputs]);
    assert.equal((await ended(reader)).properties.status, 'Completed');
  });

  test('a failing job has the status Failed', async () => {
    await context.client.jobs.createOrUpdate(group, context.workspace, `fails-${context.workspace}`, job('exit 3'));
    assert.equal((await ended(`fails-${context.workspace}`)).properties.status, 'Failed');
  });

  test('a job is cancelled; before its end neither the job nor its cluster can be deleted', async () => {
    const { jobs, computeOperations } = context.client;
    const at = [group, context.workspace, `sleeps-${context.workspace}`];
    await jobs.createOrUpdate(...at, job('sleep 600'));
    while ((await jobs.get(...at)).properties.status !== 'Running');
    await refused(jobs.beginDelete(...at), 409, 'Conflict', /is Running; cancel it first\.$/);
    await refused(computeOperations.beginDelete(group, context.workspace, 'cpu', 'Delete'), 409, 'Conflict', /cancel or await its jobs first\.$/);

    await jobs.beginCancelAndWait(...at);

    assert.equal((await jobs.get(...at)).properties.status, 'Canceled');
    await jobs.beginCancelAndWait(...at);
    await jobs.beginDeleteAndWait(...at);
  });

  test('requests that the service would refuse are refused', async () => {
    const { jobs } = context.client;
    const put = (properties) => jobs.createOrUpdate(group, context.workspace, `bad-${context.workspace}`, properties);
    await refused(put(job('true', { environmentId: 'nowhere' })), 400, 'UserError', /^properties\.environmentId is 'nowhere'; it must be the ARM id/);
    await refused(put(job('echo ${{inputs.absent}}')), 400, 'UserError', /refers to \$\{\{inputs\.absent\}\}, which the job does not define\.$/);
    await refused(put(job('true', { computeId: undefined })), 501, 'NotEmulated', /^PUT a job without properties\.computeId \(serverless compute\) is not emulated/);
    await refused(put(job('true', { distribution: { distributionType: 'Mpi' } })), 501, 'NotEmulated', /^PUT a job with properties\.distribution \(Mpi\)/);
    await refused(jobs.beginCancel(group, context.workspace, 'nowhere'), 404, 'ResourceNotFound', /^Job 'nowhere' was not found/);
  });
});
