import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { afterEach, describe, expect, it } from 'vitest';
import { createMemcached } from '../../src/registry/cache/memcached.ts';
import {
  decodeRepository,
  manifestKey,
  packRecord,
  repositoryKey,
  unpackRecord,
} from '../../src/registry/cache/records.ts';
import { need, scannedImages, startScanning, until } from './registry-world.ts';

const installed = spawnSync('memcached', ['-V']).error === undefined;
const signal = AbortSignal.timeout(60_000);
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startMemcached(port: number): Promise<ChildProcess> {
  const child = spawn('memcached', [
    '-l',
    '127.0.0.1',
    '-p',
    String(port),
    '-m',
    '64',
    '-I',
    '5m',
    '-u',
    'nobody',
  ]);
  running.push(child);
  await until(() => child.pid !== undefined, 'memcached');
  return child;
}

function open(port: number, states: string[] = [], service = '') {
  return createMemcached(
    { hostname: '127.0.0.1', port, service, timeoutMs: 500 },
    {
      resolveSrv: async (name) => (name === '_memcached._tcp.127.0.0.1' ? [{ name: '127.0.0.1', port }] : []),
      now: Date.now,
      onState: (state) => void states.push(state),
      onRequest: () => undefined,
    },
  );
}

async function opened(port: number, service = '') {
  await startMemcached(port);
  const end = Date.now() + 10_000;
  // The client leaves a server alone for a while that did not answer: a new one for each try.
  for (;;) {
    const cache = open(port, [], service);
    await cache.set('ready', Buffer.from('yes!'), 60, signal);
    if ((await cache.get('ready', signal))?.toString() === 'yes!') return cache;
    cache.close();
    if (Date.now() > end) throw new Error('memcached does not answer');
  }
}

describe.skipIf(!installed)(`memcached${installed ? '' : ' (skipped: not installed)'}`, () => {
  it.each([
    { how: 'at its address', service: '' },
    { how: 'by its SRV record', service: 'memcached' },
  ])('keeps records of more than a megabyte, byte for byte ($how)', async ({ service }) => {
    const cache = await opened(await freePort(), service);
    const record = packRecord(
      0xfffefdfc,
      JSON.stringify({ Tags: Array.from({ length: 100_000 }, (_, n) => `main-${n}-é`) }),
    );
    expect(record.length).toBeGreaterThan(1024 * 1024);
    await cache.set('registryrepov4|big', record, 3600, signal);
    expect((await cache.get('registryrepov4|big', signal))?.equals(record)).toBe(true);
    await cache.set('too-big', Buffer.alloc(6 * 1024 * 1024), 3600, signal);
    expect(await cache.get('too-big', signal)).toBeUndefined();
    expect((await cache.get('ready', signal))?.toString()).toBe('yes!');
    cache.close();
  });

  it('saves a restarted daemon all requests but the tag list', async () => {
    await using host = await startImageRegistry();
    for (let n = 0; n < 15; n += 1) host.addImage('team/app', `main-${n}`, { content: String(n) });
    host.addImage('team/app', 'multi', { platforms: ['linux/amd64', 'linux/arm64'] });
    const image = `${host.host}/team/app`;
    const port = await freePort();
    const needs = [need(image, { patterns: ['glob:*'] })];
    const before = await (async () => {
      await using world = startScanning(needs, {}, { cache: await opened(port) });
      await world.settled();
      return scannedImages(world.registry, image).images();
    })();
    expect(before).toHaveLength(16);
    host.requests.clear();
    await using world = startScanning(needs, {}, { cache: open(port) });
    await world.settled();
    expect(scannedImages(world.registry, image).images()).toEqual(before);
    expect(host.requests.counts()['team/app']).toEqual({ tags: 1 });
    world.later(2 * 3_600_000);
    await until(() => host.requests.count({ kind: 'manifest' }) === 16, 'the refresh');
    await world.settled();
    expect(host.requests.count({ kind: 'manifest', method: 'GET' })).toBe(0);
  });

  it('understands what Flux v1 left in it, and leaves what Flux v1 understands', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', { created: '2024-01-01T00:00:00Z' });
    host.addImage('team/app', '2', { created: '2024-01-02T00:00:00Z', content: 'two' });
    const image = `${host.host}/team/app`;
    const name = parseImageRef(image);
    const cache = await opened(await freePort());
    const lastFetched = new Date().toISOString();
    const info = (tag: string, created: string) => ({
      ID: `${image}:${tag}`,
      Digest: host.digest('team/app', tag),
      ImageID: 'sha256:1d',
      Labels: {},
      CreatedAt: created,
      LastFetched: lastFetched,
    });
    const deadline = Math.floor(Date.now() / 1000) + 3600;
    const repository = {
      LastUpdate: lastFetched,
      Tags: ['1'],
      Images: { '1': info('1', '2021-01-01T00:00:00.5Z') },
    };
    await cache.set(repositoryKey(name), packRecord(deadline, JSON.stringify(repository)), 3600, signal);
    await cache.set(
      manifestKey(name, '2'),
      packRecord(deadline, JSON.stringify(info('2', '2022-01-01T00:00:00Z'))),
      3600,
      signal,
    );
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], {}, { cache });
    await world.settled();
    const images = scannedImages(world.registry, image);
    expect(images.tag('1')).toMatchObject({
      image: { createdAt: '2021-01-01T00:00:00.500000000Z', imageId: 'sha256:1d' },
    });
    expect(images.tag('2')).toMatchObject({ image: { createdAt: '2022-01-01T00:00:00.000000000Z' } });
    expect(host.requests.counts()['team/app']).toEqual({ tags: 1 });
    const left = unpackRecord((await cache.get(repositoryKey(name), signal)) ?? Buffer.alloc(0));
    expect(left?.json).toMatchObject({
      Tags: ['1', '2'],
      Images: {
        '1': { ID: `${image}:1`, Digest: host.digest('team/app', '1'), CreatedAt: '2021-01-01T00:00:00.5Z' },
        '2': { CreatedAt: '2022-01-01T00:00:00Z' },
      },
    });
    expect(left && decodeRepository(left.json).tags).toEqual(['1', '2']);
  });

  it('that is lost stops nothing, and is told once', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    const states: string[] = [];
    const port = await freePort();
    (await opened(port)).close();
    const cache = open(port, states);
    for (const child of running.splice(0)) child.kill('SIGKILL');
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], {}, { cache });
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    expect(states).toEqual(['lost']);
  });
});

it('a cache that never answers holds a scan up for a moment only', async () => {
  await using host = await startImageRegistry();
  host.addImage('team/app', '1', {});
  const silent = createServer();
  const sockets = new Set<{ destroy(): void }>();
  silent.on('connection', (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const image = `${host.host}/team/app`;
  const states: string[] = [];
  {
    const cache = open((silent.address() as AddressInfo).port, states);
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], {}, { cache });
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    expect(states).toEqual(['lost']);
  }
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});
