// Microsoft's client of a registry, against the emulator's token service and a real registry that trusts it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { ContainerRegistryClient, ContainerRegistryContentClient, KnownContainerRegistryAudience, KnownManifestMediaType } from '@azure/container-registry';
import { credential, Emulator } from './emulator.mjs';
import { Registry, registryProgram } from './registry.mjs';

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('registry', { skip: registryProgram ? false : 'the CNCF registry is not installed (Debian: apt-get install docker-registry)' }, () => {
  let emulator;
  let registry;
  before(async () => {
    emulator = await Emulator.start();
    registry = await Registry.start(emulator);
  });
  after(async () => {
    await registry?.stop();
    await emulator?.stop();
  });

  const options = () => ({ audience: KnownContainerRegistryAudience.AzureResourceManagerPublicCloud, tlsOptions: { ca: emulator.certificate } });
  const contentOf = (repository, signIn = emulator.credential) => new ContainerRegistryContentClient(registry.endpoint, repository, signIn, options());

  /** Uploads an image of one layer. */
  async function push(content, tag) {
    const [configuration, layer] = [Buffer.from('{"architecture":"amd64","os":"linux"}'), Buffer.from(`layer of ${tag}`)];
    for (const bytes of [configuration, layer]) assert.deepEqual(await content.uploadBlob(bytes), { digest: digestOf(bytes), sizeInBytes: bytes.length });
    const describeBlob = (mediaType, bytes) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
    const manifest = {
      schemaVersion: 2,
      mediaType: KnownManifestMediaType.OciImageManifest,
      config: describeBlob('application/vnd.oci.image.config.v1+json', configuration),
      layers: [describeBlob('application/vnd.oci.image.layer.v1.tar', layer)],
    };
    return { manifest, layer, ...(await content.setManifest(manifest, { tag })) };
  }

  test('an image is uploaded, read and deleted with tokens of the emulator', async () => {
    const content = contentOf('detection/trainer');

    const { manifest, layer, digest } = await push(content, 'v1');

    const read = await content.getManifest('v1');
    assert.deepEqual([read.digest, read.mediaType, read.manifest], [digest, KnownManifestMediaType.OciImageManifest, manifest]);
    assert.deepEqual(await buffer((await content.downloadBlob(digestOf(layer))).content), layer);
    await content.deleteBlob(digestOf(layer));
    await assert.rejects(content.downloadBlob(digestOf(layer)), (error) => error.statusCode === 404);
    await content.deleteManifest(digest);
    await assert.rejects(content.getManifest('v1'), (error) => error.statusCode === 404);
  });

  test('a blob of several chunks arrives complete', async () => {
    const content = contentOf('detection/large');
    const bytes = Buffer.alloc(9 * 1024 * 1024, 'chunk');

    assert.deepEqual(await content.uploadBlob(Readable.from(bytes)), { digest: digestOf(bytes), sizeInBytes: bytes.length });

    assert.equal(digestOf(await buffer((await content.downloadBlob(digestOf(bytes))).content)), digestOf(bytes));
  });

  test('an artifact is deleted by its digest', async () => {
    const { digest } = await push(contentOf('detection/deleted'), 'v1');
    const client = new ContainerRegistryClient(registry.endpoint, emulator.credential, options());

    await client.getArtifact('detection/deleted', digest).delete();

    await assert.rejects(contentOf('detection/deleted').getManifest(digest), (error) => error.statusCode === 404);
  });

  test('a wrong token is refused', async () => {
    await assert.rejects(contentOf('detection/refused', credential('somebody-elses')).uploadBlob(Buffer.from('x')), (error) => {
      assert.deepEqual([error.statusCode, error.details.errors[0].code], [401, 'UNAUTHORIZED']);
      return true;
    });
  });

  test("Azure's own catalogue (/acr/v1) is missing: neither the emulator nor the registry is a registry of Azure", async () => {
    const client = new ContainerRegistryClient(registry.endpoint, emulator.credential, options());
    await assert.rejects(client.getArtifact('detection/trainer', 'v1').getManifestProperties(), (error) => error.statusCode === 404);
    await assert.rejects(client.listRepositoryNames().next(), (error) => error.statusCode === 404);
  });
});
