import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiPorts, DeployKey } from '../../src/http/api-ports.ts';
import { createApiServer } from '../../src/http/server.ts';
import type { TrustRules } from '../../src/http/trust.ts';
import { createJobQueue } from '../../src/jobs/job-queue.ts';
import { createSource } from '../../src/reconcile/source.ts';
import type { SourceConfig } from '../../src/reconcile/source-config.ts';
import { noImages } from '../../src/registry/no-images.ts';
import { createUpdates } from '../../src/release/updates.ts';
import { createWorld, type World } from './world.ts';

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
  json(): unknown;
}

export interface Ask {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** The API over a source in memory, on a free port. */
export interface ApiWorld extends AsyncDisposable {
  readonly world: World;
  readonly ports: ApiPorts;
  /** Sends exactly these headers; `accept: application/json` unless others are given. Under `/api/flux`. */
  ask(path: string, options?: Ask): Promise<Answer>;
  /** Outside of the API's prefix. */
  askRoot(path: string, options?: Ask): Promise<Answer>;
}

export async function startApi(
  config: Partial<SourceConfig> = {},
  rules: TrustRules = { trust: 'loopback', tokens: () => [], namespace: 'flux' },
  more: Partial<ApiPorts> = {},
): Promise<ApiWorld> {
  const world = createWorld(config);
  const stop = new AbortController();
  const source = createSource(world.config, { ...world.ports, now: Date.now });
  const jobs = createJobQueue({
    remembered: 100,
    timeoutMs: 5000,
    metrics: world.metrics,
    log: world.ports.log,
  });
  const images = noImages('nothing is scanned');
  let keys = 0;
  const deployKey: DeployKey = {
    publicKey: () => ({ key: `ssh-rsa AAAA${keys} \n`, fingerprints: null }),
    regenerate: async () => void keys++,
  };
  const ports: ApiPorts = {
    version: '0.1.0',
    cluster: world.cluster,
    sources: [source],
    jobs,
    updates: createUpdates(
      { ...world.config, setAuthor: false },
      {
        ...world.ports,
        definitions: { at: source.definitionsAt },
        images,
        onAutomated: () => {},
      },
    ),
    deployKey,
    images,
    scanning: false,
    rollouts: { latest: () => undefined, recent: () => [] },
    freeze: undefined,
    now: () => new Date(),
    metrics: world.metrics,
    log: world.ports.log,
    ...more,
  };
  const server = await serveApi(ports, rules);
  const running = Promise.all([source.run(stop.signal, stop.signal), jobs.run(stop.signal, stop.signal)]);
  return {
    world,
    ports,
    ask: server.ask,
    askRoot: server.askRoot,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server[Symbol.asyncDispose]();
      await running;
    },
  };
}

/** The API on a free port. */
export async function serveApi(
  ports: ApiPorts,
  rules: TrustRules = { trust: 'loopback', tokens: () => [], namespace: 'flux' },
): Promise<Pick<ApiWorld, 'ask' | 'askRoot'> & AsyncDisposable> {
  const abandon = new AbortController();
  const app = createApiServer(ports, { rules, withMetrics: true, abandon: abandon.signal });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;

  const askRoot = (
    path: string,
    { method = 'GET', body, headers = { accept: 'application/json' } }: Ask = {},
  ) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'],
            text,
            headers: response.headers,
            json: () => JSON.parse(text),
          });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return {
    askRoot,
    ask: (path, options) => askRoot(`/api/flux${path}`, options),
    async [Symbol.asyncDispose]() {
      abandon.abort();
      await app.close();
    },
  };
}
