// An emulator that the suite starts as a user would, and Microsoft's client of it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe } from 'node:test';
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';

// The emulator of the host that runs the tests, compiled ahead, or else the one of `dotnet build`.
const configuration = path.basename(path.resolve(process.env.TESTED_HOST ?? 'Debug/net10.0/Build.dll', '../..'));
const program = path.resolve(import.meta.dirname, `../../src/WorkspaceEmulator/bin/${configuration}/net10.0/WorkspaceEmulator.dll`);

export const subscription = '00000000-0000-0000-0000-00000000c0de';
export const group = 'conformance';
export const location = 'westeurope';

/** A credential that always returns the same token. */
export const credential = (token) => ({ getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) });

/** The emulator as a process on a free port. */
export class Emulator {
  #process;
  #output = '';

  /** @param options Further options of the command line. */
  static async start(...options) {
    assert.ok(existsSync(program), `${program} is missing; build it: dotnet build src/WorkspaceEmulator`);
    const emulator = new Emulator();
    emulator.state = mkdtempSync(path.join(tmpdir(), 'conformance-'));
    const record = process.env.TRAFFIC_FOLDER ? ['--record', path.join(process.env.TRAFFIC_FOLDER, `${path.basename(emulator.state)}.jsonl`)] : [];
    emulator.#process = spawn('dotnet', [program, '--state', emulator.state, '--location', location, '--provisioning-milliseconds', '50', ...record, ...options]);
    await emulator.#listening();
    emulator.endpoint = JSON.parse(emulator.#read('emulator.json')).endpoint.replace(/\/$/, '');
    emulator.certificate = emulator.#read('emulator.crt');
    emulator.certificateKey = emulator.#read('emulator.key');
    emulator.token = emulator.#read('token').trim();
    return emulator;
  }

  /** The credential of a signed-in person: the emulator's token. */
  get credential() {
    return credential(this.token);
  }

  /** Microsoft's client of the workspaces, with its default api-version or another one. */
  client(apiVersion, signIn = this.credential) {
    return new AzureMachineLearningWorkspaces(signIn, subscription, {
      endpoint: this.endpoint,
      tlsOptions: { ca: this.certificate },
      ...(apiVersion && { apiVersion }),
    });
  }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    assert.equal(await ended, 0, this.#output);
    rmSync(this.state, { recursive: true });
  }

  #read(file) {
    return readFileSync(path.join(this.state, file), 'utf8');
  }

  #listening() {
    return new Promise((resolve, reject) => {
      const see = (text) => {
        this.#output += text;
        if (this.#output.includes('Listening on ')) resolve();
      };
      this.#process.stdout.setEncoding('utf8').on('data', see);
      this.#process.stderr.setEncoding('utf8').on('data', see);
      this.#process.once('error', reject);
      this.#process.once('exit', (code) => reject(new Error(`the emulator exited with code ${code}:\n${this.#output}`)));
    });
  }
}

/**
 * Defines the same tests for each api-version, each in its own workspace that the client creates.
 * @param define Receives an object with `emulator`, `client` and `workspace` (its name), which is filled before the tests run.
 */
export function conformance(title, define) {
  describe(title, { concurrency: true }, () => {
    let emulator;
    before(async () => (emulator = await Emulator.start()));
    after(() => emulator.stop());
    for (const apiVersion of [undefined, '2024-10-01']) {
      describe(apiVersion ?? "the client's own api-version", () => {
        const context = { workspace: `work-${apiVersion ?? 'default'}` };
        before(async () => {
          Object.assign(context, { emulator, client: emulator.client(apiVersion) });
          await context.client.workspaces.beginCreateOrUpdateAndWait(group, context.workspace, { location });
        });
        define(context);
      });
    }
  });
}

/** Returns the pages of a paged list. */
export async function pages(list) {
  const found = [];
  for await (const page of list.byPage()) found.push(page);
  return found;
}

/** Returns the names of all items of a paged list. */
export async function names(list) {
  return (await pages(list)).flat().map((item) => item.name);
}

/** Sends a JSON body to a path of the workspace through the client's pipeline, for operations that the client has no method for. */
export async function send({ client, emulator, workspace }, method, resource, body) {
  const address = `${emulator.endpoint}/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.MachineLearningServices/workspaces/${workspace}`;
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  const response = await client.sendRequest(createPipelineRequest({ url: `${address}${resource}?api-version=2024-10-01`, method, headers, body: JSON.stringify(body) }));
  return { status: response.status, body: JSON.parse(response.bodyAsText) };
}

/** Checks that a call is refused in the service's form: with status, code and message. */
export async function refused(call, statusCode, code, message) {
  await assert.rejects(call, (error) => {
    assert.equal(error.name, 'RestError', error.stack);
    assert.deepEqual({ statusCode: error.statusCode, code: error.code }, { statusCode, code });
    assert.match(error.message, message);
    assert.equal(error.details.error.message, error.message);
    return true;
  });
}
