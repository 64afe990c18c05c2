import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conformance, group, names, pages, refused, subscription } from './emulator.mjs';

const principal = '11111111-2222-3333-4444-555555555555';
const key = { credentialsType: 'AccountKey', secrets: { secretsType: 'AccountKey', key: 'planted-key' } };
const sas = { credentialsType: 'Sas', secrets: { secretsType: 'Sas', sasToken: '?sv=1&sig=planted-signature' } };
const application = {
  credentialsType: 'ServicePrincipal', clientId: principal, tenantId: principal, resourceUrl: 'https://storage.azure.com/', authorityUrl: 'https://login.microsoftonline.com',
  secrets: { secretsType: 'ServicePrincipal', clientSecret: 'planted-secret' },
};
const none = { credentialsType: 'None' };
const blob = { datastoreType: 'AzureBlob', accountName: 'account', containerName: 'container', endpoint: 'core.windows.net', protocol: 'https' };
const share = { datastoreType: 'AzureFile', accountName: 'account', fileShareName: 'share', endpoint: 'core.windows.net', protocol: 'https' };
const lake = { datastoreType: 'AzureDataLakeGen2', accountName: 'account', filesystem: 'files', endpoint: 'core.windows.net', protocol: 'https' };

const kinds = {
  'a container by identity': { ...blob, credentials: none, serviceDataAccessAuthIdentity: 'WorkspaceSystemAssignedIdentity' },
  'a container by key': { ...blob, credentials: key },
  'a container by SAS': { ...blob, credentials: sas },
  'a share by key': { ...share, credentials: key },
  'a share by SAS': { ...share, credentials: sas },
  'a data lake by service principal': { ...lake, credentials: application },
};

conformance('datastores', (context) => {
  for (const [title, given] of Object.entries(kinds)) {
    test(`${title} is created, read, updated and deleted, and only listSecrets returns its secret`, async () => {
      const { datastores } = context.client;
      const at = [group, context.workspace, title.replaceAll(' ', '_')];
      const properties = { description: 'made by a client', tags: { team: 'roads' }, properties: { source: 'test' }, ...given };
      const { secrets, ...openCredentials } = given.credentials;
      const shown = { ...properties, isDefault: false, credentials: { ...openCredentials, ...(secrets && { secrets: { secretsType: secrets.secretsType } }) } };

      const created = await datastores.createOrUpdate(...at, { properties }, { skipValidation: true });
      assert.equal(created.type, 'Microsoft.MachineLearningServices/workspaces/datastores');
      const { subscriptionId, resourceGroup, ...read } = (await datastores.get(...at)).properties;
      // The newer api-version names the account's subscription and group; the client of the older one does not read them.
      assert.ok([undefined, subscription].includes(subscriptionId) && [undefined, group].includes(resourceGroup));
      assert.deepEqual(read, shown);
      assert.ok((await names(datastores.list(group, context.workspace))).includes(at[2]));
      if (secrets) assert.deepEqual(await datastores.listSecrets(...at), secrets);
      else await refused(datastores.listSecrets(...at), 400, 'UserError', /has no secrets: its credentials are None\.$/);

      const updated = await datastores.createOrUpdate(...at, { properties: { ...properties, description: 'changed' } });
      assert.equal(updated.properties.description, 'changed');
      assert.deepEqual(updated.systemData.createdAt, created.systemData.createdAt);
      await datastores.delete(...at);
      await refused(datastores.get(...at), 404, 'ResourceNotFound', /was not found in workspace/);
      await datastores.delete(...at);
    });
  }

  test("the workspace's own datastores exist, in pages and by filters", async () => {
    const { datastores } = context.client;
    const workspace = `${context.workspace}-own`;
    await context.client.workspaces.beginCreateOrUpdateAndWait(group, workspace, { location: 'westeurope' });
    const own = ['workspaceartifactstore', 'workspaceblobstore', 'workspacefilestore', 'workspaceworkingdirectory'];
    const found = await pages(datastores.list(group, workspace, { count: 3 }));
    assert.deepEqual(found.map((page) => page.map((store) => store.name)), [own.slice(0, 3), own.slice(3)]);
    assert.deepEqual(await names(datastores.list(group, workspace, { isDefault: true })), ['workspaceblobstore']);
    assert.deepEqual(await names(datastores.list(group, workspace, { names: own.slice(1, 3) })), own.slice(1, 3));
    assert.deepEqual(await names(datastores.list(group, workspace, { searchText: 'working' })), ['workspaceworkingdirectory']);
    await refused(datastores.delete(group, workspace, 'workspaceblobstore'), 409, 'Conflict', /belongs to the workspace/);
  });
});
