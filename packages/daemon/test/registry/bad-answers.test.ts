import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { describe, expect, it } from 'vitest';
import { nameOf, need, scannedImages, startScanning, until } from './registry-world.ts';

const minute = 60_000;

/** What the status says of the one repository when its first scan is over. */
async function statusAfter(world: ReturnType<typeof startScanning>) {
  await until(() => (world.registry.status()[0]?.lastScan ?? '') !== '', 'the scan');
  return world.registry.status()[0];
}

describe('a registry that answers badly', () => {
  it.each([
    { what: 'a web page', fault: { type: 'html' }, error: /^the tags of team\/app came as a web page/ },
    { what: 'half of its list', fault: { type: 'truncated' }, error: /came as broken or cut-off JSON$/ },
    {
      what: '500',
      fault: { type: 'status', code: 500 },
      error: /fails to give the tags of team\/app \(500\)/,
    },
    {
      what: '403',
      fault: { type: 'status', code: 403 },
      error: /does not let us read the tags of team\/app \(403\)/,
    },
    { what: '404', fault: { type: 'status', code: 404 }, error: /does not know the tags of team\/app/ },
    { what: 'nothing', fault: { type: 'cut-before' }, error: /^cannot reach .*: the connection was closed$/ },
    { what: 'half', fault: { type: 'cut-within' }, error: /^cannot reach .*: the connection was closed$/ },
    { what: 'pages in a circle', fault: { type: 'link', to: 'itself' }, error: /leads in a circle$/ },
    { what: 'pages without end', fault: { type: 'link', to: 'endless' }, error: /leads in a circle$/ },
    { what: '20 MB', fault: { type: 'huge', bytes: 20_000_000 }, error: /answers with more than \d+ bytes$/ },
    {
      what: 'another shape',
      fault: { type: 'answer', body: '{"tags": "1"}' },
      error: /came as JSON of another shape$/,
    },
    {
      what: 'an empty tag',
      fault: { type: 'answer', body: '{"tags": ["1", ""]}' },
      error: /^empty tag in fetched tags$/,
    },
  ] as const)('with $what is told in plain words', async ({ fault, error }) => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, fault);
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    const status = await statusAfter(world);
    expect(status?.error).toMatch(error);
    const images = world.registry.imagesOf(nameOf(image));
    expect(images.state === 'unknown' && images.error.message).toBe(
      `item not in cache, last error: ${status?.error}`,
    );
    host.faults.clear();
    world.later(20 * minute);
    await until(() => world.registry.imagesOf(nameOf(image)).state === 'scanned', 'a good scan');
    await until(() => world.registry.status()[0]?.error === '', 'no error');
  });

  it.each([
    { what: 'a web page', fault: { type: 'html' }, error: /came as a web page/ },
    { what: 'half a manifest', fault: { type: 'truncated' }, error: /JSON$|does not have the digest/ },
    { what: 'another digest', fault: { type: 'wrong-digest' }, error: /does not have the digest sha256:/ },
    { what: 'another content', fault: { type: 'wrong-content' }, error: /does not have the digest sha256:/ },
    { what: '10 MB', fault: { type: 'huge', bytes: 10_000_000 }, error: /answers with more than \d+ bytes$/ },
  ] as const)('with $what for a manifest has no facts of it, but its list', async ({ fault, error }) => {
    await using host = await startImageRegistry();
    host.addImage('team/app', 'good', { content: 'good' });
    host.addImage('team/app', 'bad', { content: 'bad' });
    host.faults.plan({ kind: 'manifest', reference: 'bad' }, fault);
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    const status = await statusAfter(world);
    expect(status?.error).toMatch(error);
    const images = scannedImages(world.registry, image);
    expect([...images.tags].sort()).toEqual(['bad', 'good']);
    expect(images.tag('good').state).toBe('known');
    expect(images.tag('bad').state).toBe('unseen');
    world.later(2 * minute);
    await world.settled();
    expect(world.lines.filter(({ ref }) => ref === `${image}:bad`)).toHaveLength(1);
    host.faults.clear();
    world.later(20 * minute);
    await until(() => scannedImages(world.registry, image).tag('bad').state === 'known', 'the facts');
  });

  it('with another configuration than its digest says is not believed', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'blob' }, { type: 'wrong-content' });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    expect((await statusAfter(world))?.error).toMatch(
      /^the image configuration of team\/app:1 does not have the digest/,
    );
    expect(scannedImages(world.registry, image).tag('1').state).toBe('unseen');
  });

  it('[manifests K10] that is slow is given up, in Flux v1’s words', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, { type: 'hang' });
    await using world = startScanning([need(`${host.host}/team/app`)], { timeoutMs: 1 });
    expect((await statusAfter(world))?.error).toBe('client timeout (1ms) exceeded');
  });

  it('that goes away keeps what is known of it', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    await host.goAway();
    world.later(2 * minute);
    await until(() => (world.registry.status()[0]?.error ?? '') !== '', 'the outage');
    expect(world.registry.status()[0]?.error).toMatch(/^cannot reach /);
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    await host.comeBack();
    world.later(20 * minute);
    await until(() => world.registry.status()[0]?.error === '', 'the end of the outage');
  });

  it('has a list of 100,000 tags, in pages', async () => {
    await using host = await startImageRegistry({ maxPageSize: 1000 });
    host.addImage('team/app', 'v0.0.0', {});
    host.addTags(
      'team/app',
      Array.from({ length: 100_000 }, (_, n) => `v1.${n}.0`),
      'v0.0.0',
    );
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['semver:^1'] })], { timeoutMs: 60_000 });
    await until(() => world.registry.imagesOf(nameOf(image)).state === 'scanned', 'the list');
    await world.settled();
    const images = scannedImages(world.registry, image);
    expect(images.tags).toHaveLength(100_001);
    expect(images.tag('v1.99999.0').state).toBe('known');
    expect(host.requests.count({ kind: 'manifest' })).toBeLessThanOrEqual(20);
  });
});

describe('limits', () => {
  it('obeys 429 and Retry-After, and lowers the rate', async () => {
    await using host = await startImageRegistry();
    for (let n = 0; n < 5; n += 1) host.addImage('team/app', `b-${n}`, { content: String(n) });
    host.faults.plan({ kind: 'manifest' }, { type: 'status', code: 429, retryAfter: 600 });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], { burst: 1 });
    expect((await statusAfter(world))?.error).toMatch(/limits the rate of requests; next try in \d+s$/);
    expect(host.requests.count({ kind: 'manifest' })).toBe(1);
    expect(world.lines).toContainEqual(expect.objectContaining({ info: 'reducing rate limit' }));
    expect(world.lines).toContainEqual(
      expect.objectContaining({
        warn: 'aborting image tag fetching due to rate limiting, will try again later',
      }),
    );
    host.faults.clear();
    host.requests.clear();
    world.later(5 * minute);
    await new Promise((resolve) => setImmediate(resolve));
    expect(host.requests.count()).toBe(0);
    world.later(6 * minute);
    await until(() => scannedImages(world.registry, image).images().length === 5, 'the rest');
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
