// The peer of the benchmark "submit": a script of Microsoft's JavaScript SDK, as a person would write it, that submits a job with one call after the other.
//
//   node bench/submit_peer.mjs --state DIR --submission FILE
//
// DIR is the state folder of a running emulator, with emulator.json (the address), the token and the certificate. FILE is JSON:
//
//   { "subscription": "…", "resourceGroup": "…", "workspace": "…",
//     "datastore": { "name": "…", "body": { "properties": {…} } },
//     "compute": { "name": "…", "body": { "location": "…", "properties": {…} } },
//     "environment": { "name": "…", "version": "…", "body": { "properties": {…} } },
//     "job": { "name": "…", "body": { "properties": {…} } } }
//
// The bodies are those of the recorded PUT requests. Existing resources are not changed; a job of that name must not exist.
// The script prints one line of JSON: the seconds from the start of the process until the job was accepted, and the number of requests, retries included:
//
//   {"job": "…", "seconds": 1.234, "round_trips": 6}
//
// The SDK is the one of tests/conformance (npm ci --prefix tests/conformance).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { state: { type: 'string' }, submission: { type: 'string' } } });
if (!values.state || !values.submission) throw new Error('usage: submit_peer.mjs --state DIR --submission FILE');

const require = createRequire(path.resolve(import.meta.dirname, '../tests/conformance/package.json'));
const { AzureMachineLearningWorkspaces } = require('@azure/arm-machinelearning');
const { createHttpHeaders, createPipelineRequest } = require('@azure/core-rest-pipeline');

const read = (file) => readFileSync(path.join(values.state, file), 'utf8');
const endpoint = JSON.parse(read('emulator.json')).endpoint.replace(/\/$/, '');
const token = read('token').trim();
const { subscription, resourceGroup, workspace, datastore, compute, environment, job } = JSON.parse(readFileSync(values.submission, 'utf8'));
const apiVersion = '2024-10-01';

const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new AzureMachineLearningWorkspaces(credential, subscription, { endpoint, apiVersion, tlsOptions: { ca: read('emulator.crt') } });
let roundTrips = 0;
client.pipeline.addPolicy({ name: 'countRoundTrips', sendRequest: (request, next) => (roundTrips++, next(request)) }, { afterPhase: 'Retry' });

await client.workspaces.get(resourceGroup, workspace);
await orCreate(
  () => client.datastores.get(resourceGroup, workspace, datastore.name),
  () => client.datastores.createOrUpdate(resourceGroup, workspace, datastore.name, datastore.body));
await orCreate(
  () => client.computeOperations.get(resourceGroup, workspace, compute.name),
  () => client.computeOperations.beginCreateOrUpdateAndWait(resourceGroup, workspace, compute.name, compute.body));
await orCreate(
  () => client.environmentVersions.get(resourceGroup, workspace, environment.name, environment.version),
  () => client.environmentVersions.createOrUpdate(resourceGroup, workspace, environment.name, environment.version, environment.body));
await orCreate(
  async () => {
    await client.jobs.get(resourceGroup, workspace, job.name);
    throw new Error(`job '${job.name}' exists; the submission must name one that does not.`);
  },
  submit);
console.log(JSON.stringify({ job: job.name, seconds: Math.round(performance.now()) / 1000, round_trips: roundTrips }));

/** Reads a resource, and creates it when it is missing. */
async function orCreate(get, create) {
  try {
    return await get();
  } catch (error) {
    if (error.statusCode !== 404) throw error;
    return await create();
  }
}

// jobs.createOrUpdate of the SDK (2.1.1) drops the addresses of a job's inputs and outputs, so its pipeline sends the same request.
async function submit() {
  const url = `${endpoint}/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}/jobs/${job.name}?api-version=${apiVersion}`;
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  const response = await client.sendRequest(createPipelineRequest({ url, method: 'PUT', headers, body: JSON.stringify(job.body) }));
  if (response.status !== 201) throw new Error(`PUT ${url} returned ${response.status}: ${response.bodyAsText}`);
}
