// Tests of the peer of the benchmark "submit": it makes exactly the calls that the benchmark measures.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Emulator, group, location, subscription } from './emulator.mjs';

const run = promisify(execFile);
const script = path.resolve(import.meta.dirname, '../../bench/submit_peer.mjs');

describe('submit_peer', () => {
  let emulator;
  before(async () => (emulator = await Emulator.start('--workspace', `${subscription}/${group}/work`)));
  after(() => emulator.stop());

  async function submit(name) {
    const workspace = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/work`;
    const file = path.join(emulator.state, 'submission.json');
    const data = { jobInputType: 'uri_folder', mode: 'ReadOnlyMount', uri: 'azureml://datastores/data/paths/' };
    writeFileSync(file, JSON.stringify({
      subscription, resourceGroup: group, workspace: 'work',
      datastore: { name: 'data', body: { properties: { datastoreType: 'AzureBlob', protocol: 'file', endpoint: emulator.state, credentials: { credentialsType: 'None' } } } },
      compute: { name: 'cpu', body: { location, properties: { computeType: 'AmlCompute', properties: { vmSize: 'Standard_DS3_v2', scaleSettings: { maxNodeCount: 1 } } } } },
      environment: { name: 'detection', version: '1', body: { properties: { image: 'registry.example/detection:1' } } },
      job: { name, body: { properties: { jobType: 'Command', command: 'ls ${{inputs.data}}', computeId: `${workspace}/computes/cpu`, environmentId: `${workspace}/environments/detection/versions/1`, inputs: { data } } } },
    }));
    return JSON.parse((await run('node', [script, '--state', emulator.state, '--submission', file])).stdout);
  }

  test('it creates what is missing, and then submits in six round trips', async () => {
    const first = await submit('first');
    const { seconds, ...second } = await submit('second');

    assert.ok(first.round_trips > 6, `${first.round_trips}`);
    assert.deepEqual(second, { job: 'second', round_trips: 6 });
    assert.equal(typeof seconds, 'number');
    const job = await emulator.client().jobs.get(group, 'work', 'second');
    assert.equal(job.properties.command, 'ls ${{inputs.data}}');
  });
});
