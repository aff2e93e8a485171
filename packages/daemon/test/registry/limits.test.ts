import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { describe, expect, it } from 'vitest';
import { Login, loginFor } from '../../src/registry/credentials/logins.ts';
import { need, type Scanned, scannedImages, startScanning, until } from './registry-world.ts';

const minute = 60_000;

/** What the status says of the one repository when its first scan is over. */
async function statusAfter(world: Scanned) {
  await until(() => (world.registry.status()[0]?.lastScan ?? '') !== '', 'the scan');
  return world.registry.status()[0];
}

/** Until each repository was scanned, with success or without. */
async function allScanned({ registry }: Scanned): Promise<void> {
  const isScanned = () => registry.status().every(({ lastScan }) => lastScan !== '');
  await until(() => registry.status().length > 0 && isScanned(), 'all scans');
}

/** Gives a scan all the time it needs to begin, if one is due. */
async function nothingHappens(world: Scanned, count: () => number): Promise<void> {
  const before = count();
  const collected = world.collected;
  world.later(0);
  await until(() => world.collected > collected, 'a look at what is due');
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(count()).toBe(before);
}

describe('limits', () => {
  it.each([
    { how: 'in seconds', retryAfter: () => 600 },
    { how: 'as a date', retryAfter: () => new Date(Date.now() + 600_000).toUTCString() },
  ])('obeys 429 and Retry-After ($how), and lowers the rate', async ({ retryAfter }) => {
    await using host = await startImageRegistry();
    for (let n = 0; n < 5; n += 1) host.addImage('team/app', `b-${n}`, { content: String(n) });
    host.faults.plan({ kind: 'manifest' }, { type: 'status', code: 429, retryAfter: retryAfter() });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], { burst: 1, rps: 1000 });
    const status = await statusAfter(world);
    expect(status?.error).toMatch(/limits the rate of requests; next try in (?:60\d|59\d)s$/);
    expect(host.requests.count({ kind: 'manifest' })).toBe(1);
    expect(world.lines).toContainEqual({ info: 'reducing rate limit', host: host.host, limit: '500.00' });
    expect(world.lines).toContainEqual(
      expect.objectContaining({
        warn: 'aborting image tag fetching due to rate limiting, will try again later',
      }),
    );
    host.faults.clear();
    world.later(9 * minute);
    await nothingHappens(world, () => host.requests.count());
    world.later(2 * minute);
    await until(() => scannedImages(world.registry, image).images().length === 5, 'the rest');
  });

  it('raises the rate again when all goes well for twenty minutes, up to what is allowed', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, { type: 'status', code: 429, retryAfter: 1 }, 1);
    await using world = startScanning([need(`${host.host}/team/app`)], { rps: 100 });
    await statusAfter(world);
    const raised = () => world.lines.filter(({ info }) => info === 'increasing rate limit');
    for (const [scans, ms] of [
      [1, 19 * minute],
      [2, 2 * minute],
      [3, 2 * minute],
      [4, 2 * minute],
    ] as const) {
      world.later(ms);
      await until(() => host.requests.count({ kind: 'tags', status: 200 }) === scans, `scan ${scans}`);
      await until(() => world.registry.status()[0]?.error === '', 'its end');
      await world.settled();
    }
    expect(raised()).toEqual([
      { info: 'increasing rate limit', host: host.host, limit: '75.00' },
      { info: 'increasing rate limit', host: host.host, limit: '100.00' },
    ]);
  });

  it('leaves a whole host alone, and others not', async () => {
    await using host = await startImageRegistry();
    await using other = await startImageRegistry();
    const names = ['a', 'b', 'c'].map((name) => `${host.host}/team/${name}`);
    for (const name of ['team/a', 'team/b', 'team/c']) host.addImage(name, '1', {});
    other.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, { type: 'status', code: 429, retryAfter: 900 });
    await using world = startScanning([...names.map((name) => need(name)), need(`${other.host}/team/app`)], {
      burst: 1,
    });
    await allScanned(world);
    expect(host.requests.count({ kind: 'tags' })).toBe(1);
    expect(world.registry.status().filter(({ error }) => /limits the rate/.test(error))).toHaveLength(3);
    expect(scannedImages(world.registry, `${other.host}/team/app`).tags).toEqual(['1']);
    world.later(5 * minute);
    await until(() => other.requests.count({ kind: 'tags' }) === 2, 'the other host');
    expect(host.requests.count({ kind: 'tags' })).toBe(1);
  });

  it('waits longer each time where a host does not say for how long', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, { type: 'status', code: 429 });
    await using world = startScanning([need(`${host.host}/team/app`)], { burst: 1, intervalMs: minute });
    for (let tries = 1; tries <= 4; tries += 1) {
      await until(() => host.requests.count({ kind: 'tags' }) === tries, `try ${tries}`);
      const seconds = 2 ** (tries - 1);
      const told = new RegExp(`next try in ${seconds}s$`);
      await until(() => told.test(world.registry.status()[0]?.error ?? ''), `to wait ${seconds}s`);
      world.later(16 * minute);
    }
  });

  it('obeys the Retry-After of a host that is down for a while', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, { type: 'status', code: 503, retryAfter: 1800 });
    await using world = startScanning([need(`${host.host}/team/app`)]);
    expect((await statusAfter(world))?.error).toMatch(/ is busy \(503\); next try in 1800s$/);
    world.later(20 * minute);
    await nothingHappens(world, () => host.requests.count());
  });

  it('leaves a token service alone that asks for it', async () => {
    await using host = await startImageRegistry({ auth: 'token', users: { sam: 'secret' } });
    const logins = loginFor(host.host, new Login('sam', 'secret', 'test'));
    const needs = ['a', 'b', 'c'].map((name) => need(`${host.host}/team/${name}`, { logins }));
    for (const name of ['team/a', 'team/b', 'team/c']) host.addImage(name, '1', {});
    host.faults.plan({ kind: 'token' }, { type: 'status', code: 429, retryAfter: 900 });
    await using world = startScanning(needs, { burst: 1 });
    await allScanned(world);
    expect(host.requests.count({ kind: 'token' })).toBe(1);
    host.faults.clear();
    world.later(16 * minute);
    await until(() => world.registry.status().every(({ error }) => error === ''), 'tokens');
  });

  it('leaves some of Docker Hub’s pulls to the nodes, and tells what is left', async () => {
    await using host = await startImageRegistry({ pullLimit: { pulls: 10, seconds: 21_600 } });
    for (let n = 0; n < 20; n += 1) host.addImage('team/app', `b-${n}`, { content: String(n) });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], { burst: 1 });
    const status = await statusAfter(world);
    expect(status?.error).toMatch(/^only \d of 10 pulls are left/);
    expect(status?.quota).toMatchObject({ limit: 10, window: 21_600 });
    expect(status?.quota?.remaining).toBeLessThanOrEqual(1);
    expect(host.requests.count({ kind: 'manifest', status: 429 })).toBe(0);
    expect(scannedImages(world.registry, image).images().length).toBeGreaterThanOrEqual(8);
  });

  it('spends no more than half of the pulls on what only people look at', async () => {
    await using host = await startImageRegistry({ pullLimit: { pulls: 20, seconds: 21_600 } });
    for (const name of ['a', 'b', 'c']) {
      for (let n = 0; n < 10; n += 1) host.addImage(`team/${name}`, `b-${n}`, { content: `${name}${n}` });
    }
    const needs = ['a', 'b', 'c'].map((name) => need(`${host.host}/team/${name}`, { current: ['b-0'] }));
    await using world = startScanning(needs, { burst: 1 });
    await world.settled();
    const pulls = host.requests.count({ kind: 'manifest', method: 'GET' });
    expect(pulls).toBeGreaterThanOrEqual(10);
    expect(pulls).toBeLessThanOrEqual(12);
    // For a decision there is some left.
    world.needs = [...needs, need(`${host.host}/team/a`, { patterns: ['glob:*'] })];
    await until(() => scannedImages(world.registry, `${host.host}/team/a`).images().length === 10, 'all');
    expect(world.registry.status().map(({ error }) => error)).toEqual(['', '', '']);
    expect(world.lines.filter(({ err }) => err !== undefined)).toEqual([]);
  });

  it('asks a host for no more at once than its burst', async () => {
    await using host = await startImageRegistry();
    for (let n = 0; n < 40; n += 1) host.addImage('team/app', `b-${n}`, { content: String(n) });
    await using world = startScanning([need(`${host.host}/team/app`, { patterns: ['glob:*'] })], {
      burst: 3,
    });
    await world.settled();
    expect(host.requests.mostAtOnce).toBeLessThanOrEqual(3);
  });
});
