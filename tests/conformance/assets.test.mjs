import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance, group, names, pages, refused, send } from './emulator.mjs';

const kinds = {
  environments: {
    containers: 'environmentContainers', versions: 'environmentVersions', noun: 'Environment', container: {}, fixed: 'image',
    version: { image: 'registry.example/detection@sha256:0', osType: 'Linux' },
  },
  models: {
    containers: 'modelContainers', versions: 'modelVersions', noun: 'Model', container: {}, fixed: 'modelUri',
    version: { modelUri: 'azureml://jobs/job/outputs/artifacts/paths/outputs/final_model/', modelType: 'custom_model', jobName: 'job', flavors: { torch: { data: { script: 'model.pt' } } } },
  },
  data: {
    containers: 'dataContainers', versions: 'dataVersions', noun: 'Data', container: { dataType: 'uri_folder' }, fixed: 'dataUri',
    version: { dataType: 'uri_folder', dataUri: 'azureml://datastores/workspaceblobstore/paths/pothole/' },
  },
  codes: {
    containers: 'codeContainers', versions: 'codeVersions', noun: 'Code', container: {}, fixed: 'codeUri',
    version: { codeUri: 'https://account.blob.core.windows.net/container/code' },
  },
  components: {
    containers: 'componentContainers', versions: 'componentVersions', noun: 'Component', container: {}, fixed: 'componentSpec',
    version: { componentSpec: { name: 'asset', command: 'true' } }, other: { name: 'asset', command: 'false' },
  },
};
const about = { description: 'made by a client', tags: { team: 'roads' }, properties: { commit: 'abc' } };

conformance('assets', (context) => {
  for (const [segment, kind] of Object.entries(kinds)) {
    test(`${segment}: containers and versions are created, read, listed, updated and deleted`, async () => {
      const [containers, versions] = [context.client[kind.containers], context.client[kind.versions]];
      const at = [group, context.workspace, 'asset'];

      const container = await containers.createOrUpdate(...at, { properties: { ...about, ...kind.container } });
      assert.equal(container.type, `Microsoft.MachineLearningServices/workspaces/${segment}`);
      assert.deepEqual([container.properties.latestVersion, container.properties.nextVersion], [null, '1']);
      const created = await versions.createOrUpdate(...at, '1', { properties: { ...about, ...kind.version } });
      assert.equal(created.type, `Microsoft.MachineLearningServices/workspaces/${segment}/versions`);
      assert.match(created.id, new RegExp(`/${segment}/asset/versions/1$`));
      const read = await versions.get(...at, '1');
      for (const [member, value] of Object.entries({ ...about, ...kind.version, isArchived: false, isAnonymous: false })) assert.deepEqual(read.properties[member], value, member);
      await versions.createOrUpdate(...at, '2', { properties: { ...about, ...kind.version } });
      const filled = (await containers.get(...at)).properties;
      assert.deepEqual([filled.latestVersion, filled.nextVersion, filled.description], ['2', '3', about.description]);
      assert.ok((await names(containers.list(group, context.workspace))).includes('asset'));
      assert.deepEqual(await names(versions.list(...at)), ['2', '1']);
      assert.deepEqual(await names(versions.list(...at, { top: 1 })), ['2']);

      const updated = await versions.createOrUpdate(...at, '1', { properties: { ...kind.version, description: 'changed', isArchived: true } });
      assert.equal(updated.properties.description, 'changed');
      assert.deepEqual(await names(versions.list(...at)), ['2']);
      await refused(
        versions.createOrUpdate(...at, '2', { properties: { ...kind.version, [kind.fixed]: kind.other ?? 'https://other.example/x' } }), 409, 'Conflict',
        new RegExp(`^${kind.noun} 'asset' version '2' already exists with another ${kind.fixed}; a version does not change\\.`));
      assert.equal((await containers.createOrUpdate(...at, { properties: { ...kind.container, description: 'changed' } })).properties.description, 'changed');

      await versions.delete(...at, '2');
      await refused(versions.get(...at, '2'), 404, 'ResourceNotFound', new RegExp(`^${kind.noun} 'asset' version '2' was not found`));
      await containers.delete(...at);
      await refused(containers.get(...at), 404, 'ResourceNotFound', new RegExp(`^${kind.noun} 'asset' was not found`));
      await refused(versions.get(...at, '1'), 404, 'ResourceNotFound', /was not found/);
      await containers.delete(...at);
      await versions.delete(...at, '1');
    });
  }

  test('versions are listed in pages, newest first', async () => {
    const versions = context.client.modelVersions;
    const at = [group, context.workspace, 'many'];
    for (let version = 1; version <= 31; version++) {
      await versions.createOrUpdate(...at, `${version}`, { properties: { ...kinds.models.version, tags: { parity: `${version % 2}` } } });
    }

    const found = await pages(versions.list(...at));
    assert.deepEqual(found.map((page) => page.length), [30, 1]);
    assert.deepEqual(found.flat().map((item) => item.name), Array.from({ length: 31 }, (_, number) => `${31 - number}`));
    assert.equal((await names(versions.list(...at, { tags: 'parity=0' }))).length, 15);
    assert.deepEqual(await names(versions.list(...at, { version: '7' })), ['7']);
  });

  test('an upload of code gets an address with a signature', async () => {
    // The operation is newer than the client, so its pipeline sends the request.
    const answer = await send(context, 'POST', '/codes/asset/versions/1/startPendingUpload', { pendingUploadType: 'TemporaryBlobReference' });
    assert.equal(answer.status, 200);
    const { blobUri, credential } = answer.body.blobReferenceForConsumption;
    assert.ok(credential.sasUri.startsWith(`${blobUri}?`));
    assert.equal(credential.credentialType, 'SAS');
  });
});
