// A CNCF distribution registry that trusts the emulator's tokens. One https address serves it and the emulator's token service, as for Azure's registries.
// This address only forwards: /oauth2 to the emulator, everything else to the registry.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The registry's program: Debian uses the longer name, upstream the shorter. Undefined when it is not installed. */
export const registryProgram = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/bin')
  .flatMap((folder) => ['docker-registry', 'registry'].map((name) => path.join(folder, name))).find(existsSync);

export class Registry {
  #folder = mkdtempSync(path.join(tmpdir(), 'conformance-registry-'));
  #process;
  #front;

  /** @param emulator Issues the tokens; this address uses its certificate. */
  static async start(emulator) {
    const registry = new Registry();
    const port = await freePort();
    registry.#front = https.createServer({ cert: emulator.certificate, key: emulator.certificateKey }, (request, response) => forward(request, response, emulator, port));
    await new Promise((resolve) => registry.#front.listen(0, 'localhost', resolve));
    registry.name = `localhost:${registry.#front.address().port}`;
    registry.endpoint = `https://${registry.name}`;
    const configuration = path.join(registry.#folder, 'config.yml');
    // JSON is YAML.
    writeFileSync(configuration, JSON.stringify({
      version: '0.1',
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: path.join(registry.#folder, 'storage') }, delete: { enabled: true } },
      http: { addr: `localhost:${port}`, secret: 'of-a-test', relativeurls: true }, // Azure's Location headers are relative, and its client accepts no others.
      auth: { token: { realm: `${registry.endpoint}/oauth2/token`, service: registry.name, issuer: 'Azure Container Registry', rootcertbundle: path.join(emulator.state, 'registry-token.crt') } },
    }));
    registry.#process = spawn(registryProgram, ['serve', configuration], { stdio: 'ignore' });
    await answering(registry.#process, port);
    return registry;
  }

  async stop() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
    this.#front.closeAllConnections();
    await new Promise((resolve) => this.#front.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }
}

function forward(request, response, emulator, port) {
  const options = { method: request.method, path: request.url, headers: request.headers };
  const answered = (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  };
  const forwarded = request.url.startsWith('/oauth2/')
    ? https.request(`${emulator.endpoint}${request.url}`, { ...options, ca: emulator.certificate }, answered)
    : http.request({ ...options, host: 'localhost', port }, answered);
  forwarded.on('error', (error) => response.destroy(error));
  request.pipe(forwarded);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, 'localhost', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function answering(child, port) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${registryProgram} exited with code ${code}`)));
    const look = () => http.get({ host: 'localhost', port, path: '/v2/' }, (answer) => {
      answer.resume();
      resolve();
    }).on('error', () => setTimeout(look, 20));
    look();
  });
}
