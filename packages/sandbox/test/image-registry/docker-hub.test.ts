import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { startDockerHub } from '../../src/image-registry/start-docker-hub.ts';
import { createWorld } from '../../src/world.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('./read-hub.mjs', import.meta.url));
/** With it Node's own `fetch` obeys the variables, as the daemon does. */
const obedient = { NODE_USE_ENV_PROXY: '1' };

it('is what a program takes for Docker Hub by its environment, and the only thing that it reaches', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docker-hub-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await using hub = await startDockerHub(folder);
  const { stdout } = await run(process.execPath, [script], { env: { ...hub.env, ...obedient } });
  expect(stdout).toBe('tags=1.0.1,1.0.2\nelsewhere=refused\n');
  expect(hub.registry.requests.counts({ status: 200 })).toEqual({
    '': { token: 1 },
    'wardviaene/docker-nodejs-demo': { tags: 1 },
  });
});

it("is what the daemon's pods have in a world", async () => {
  await using world = await createWorld({ pace: 0.05, daemon: script });
  const env = Object.entries(obedient).map(([name, value]) => ({ name, value }));
  world.api.client('test').create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'flux', namespace: 'default' },
    spec: { containers: [{ name: 'flux', image: 'docker.io/fluxcd/flux:1', env }] },
  });
  const asked = () => world.registry.requests.all({ kind: 'tags', status: 200 })[0];
  expect(await world.waitFor('a tag list', asked)).toMatchObject({ host: 'index.docker.io' });
});
