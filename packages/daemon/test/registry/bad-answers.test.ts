import { monitorEventLoopDelay } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
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
      what: 'tags that are numbers',
      fault: { type: 'answer', body: '{"tags": [1]}' },
      error: /came as JSON of another shape$/,
    },
    {
      what: 'something else than JSON',
      fault: { type: 'answer', body: 'try again' },
      error: /came as no JSON$/,
    },
    {
      what: 'itself as the place to go to',
      fault: { type: 'answer', status: 307, headers: { location: '?again' }, body: '' },
      error: /redirects in a circle$/,
    },
    {
      what: 'nowhere as the place to go to',
      fault: { type: 'answer', status: 301, headers: { location: 'ftp://example.com/' }, body: '' },
      error: /redirects to something that is no web address$/,
    },
    { what: 'gzip that is none', fault: { type: 'gzip', broken: true }, error: /answers with broken gzip$/ },
    {
      what: 'an encoding of its own',
      fault: { type: 'answer', headers: { 'content-encoding': 'br' }, body: 'x' },
      error: /answers in an encoding that it was not asked for: br$/,
    },
    {
      what: 'pages of another server',
      fault: { type: 'link', to: { header: '<http://elsewhere.example/more>; rel="next"' } },
      error: /^127\.0\.0\.1:\d+ does not know the tags of team\/app/,
    },
  ] as const)('with $what is told in plain words', async ({ fault, error }) => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.addImage('team/other', '1', {});
    host.faults.plan({ kind: 'tags', repository: 'team/app' }, fault);
    const image = `${host.host}/team/app`;
    const other = `${host.host}/team/other`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] }), need(other)]);
    const status = await statusAfter(world);
    expect(status?.error).toMatch(error);
    await until(() => world.registry.imagesOf(nameOf(other)).state === 'scanned', 'the other repository');
    expect(world.registry.status()[1]).toMatchObject({ repository: other, error: '', tags: 1 });
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

  it('that compresses what nobody asked it to is understood, and not let explode', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', { created: '2024-01-01T00:00:00Z' });
    host.addImage('team/bomb', '1', {});
    host.faults.plan({ kind: ['tags', 'manifest', 'blob'], repository: 'team/app' }, { type: 'gzip' });
    const [image, bomb] = [`${host.host}/team/app`, `${host.host}/team/bomb`];
    const zeros = gzipSync(Buffer.alloc(100_000_000, ' ')).toString('latin1');
    const answer = { type: 'answer', headers: { 'content-encoding': 'gzip' }, body: zeros } as const;
    host.faults.plan({ kind: 'tags', repository: 'team/bomb' }, { ...answer, encoding: 'latin1' });
    await using world = startScanning([need(image, { patterns: ['glob:*'] }), need(bomb)]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    expect(world.registry.status().map(({ error }) => error)).toEqual([
      '',
      expect.stringMatching(/answers with more than \d+ bytes$/),
    ]);
  });

  it.each([
    { what: 'a manifest', kind: 'manifest', timeoutMs: 300, error: /^client timeout \(300ms\) exceeded$/ },
    { what: 'a list', kind: 'tags', timeoutMs: 300, error: /^client timeout \(300ms\) exceeded$/ },
  ] as const)('that never ends $what is given up', async ({ kind, timeoutMs, error }) => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.addImage('team/other', '1', {});
    host.faults.plan({ kind, repository: 'team/app' }, { type: 'endless', everyMs: 5 });
    const [image, other] = [`${host.host}/team/app`, `${host.host}/team/other`];
    const patterns = ['glob:*'];
    await using world = startScanning([need(image, { patterns }), need(other, { patterns })], { timeoutMs });
    expect((await statusAfter(world))?.error).toMatch(error);
    expect(scannedImages(world.registry, other).tag('1').state).toBe('known');
  });

  it.each([
    { what: 'the space', tag: 'with space', quoted: '"with space"' },
    { what: '500 characters', tag: 'x'.repeat(500), quoted: `"${'x'.repeat(40)}…"` },
    { what: 'a control character', tag: 'a\u0007b\n', quoted: '"a\\u0007b\\n"' },
    { what: 'a path', tag: '../../v2/team/secret/tags/list', quoted: '"../../v2/team/secret/tags/list"' },
  ])('with a tag that is none ($what) leaves that one out, and says so', async ({ tag, quoted }) => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.addTags('team/app', ['__proto__', 'constructor'], '1');
    const body = JSON.stringify({ tags: ['1', tag, '__proto__', 'constructor'] });
    host.faults.plan({ kind: 'tags' }, { type: 'answer', body });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    const images = scannedImages(world.registry, image);
    expect(images.tags).toEqual(['1', '__proto__', 'constructor']);
    expect(images.tags.map((name) => images.tag(name).state)).toEqual(['known', 'known', 'known']);
    expect(images.tag(tag).state).toBe('unlisted');
    expect(world.registry.status()).toMatchObject([
      { error: `the tags of team/app hold one that is none: ${quoted}`, tags: 3, images: 3 },
    ]);
    expect(world.registry.status()[0]?.help).toContain('remove it from the registry');
    world.later(2 * minute);
    await until(() => host.requests.count({ kind: 'tags' }) === 2, 'the second scan');
    await world.settled();
    expect(world.lines.filter(({ err }) => String(err).includes('hold one that is none'))).toHaveLength(1);
    host.faults.clear();
    world.later(2 * minute);
    await until(() => world.registry.status()[0]?.error === '', 'a good list');
  });

  it('with an empty tag says so in Flux v1’s words, and goes on with the others', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'tags' }, { type: 'answer', body: '{"tags": ["1", ""]}' });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(world.registry.status()[0]?.error).toBe('empty tag in fetched tags');
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
  });

  it('with times that are none has images of unknown time', async () => {
    await using host = await startImageRegistry();
    const times = {
      text: 'yesterday',
      empty: '',
      'no-day': '2024-02-31T00:00:00Z',
      'no-month': '2024-99-01T99:99:99Z',
      'no-year': '0000-00-00T00:00:00Z',
      before: '0000-01-01T00:00:00+14:00',
      after: '9999-12-31T23:59:59-14:00',
      huge: '99999-01-01T00:00:00Z',
    };
    for (const [tag, created] of Object.entries(times)) host.addImage('team/app', tag, { created });
    host.addImage('team/app', 'good', { created: '2024-01-01T02:00:00+02:00' });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    const images = scannedImages(world.registry, image);
    const createdAt = Object.fromEntries(images.images().map(({ tag, createdAt }) => [tag, createdAt]));
    expect(createdAt).toEqual({
      ...Object.fromEntries(Object.keys(times).map((tag) => [tag, ''])),
      good: '2024-01-01T00:00:00.000000000Z',
    });
    expect(world.registry.status()[0]).toMatchObject({ error: '', images: 9 });
  });

  it('that does not know HEAD is asked in full', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', { created: '2024-01-01T00:00:00Z' });
    host.faults.plan({ method: 'HEAD' }, { type: 'status', code: 405 });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    host.addImage('team/app', '1', { created: '2024-02-01T00:00:00Z' });
    world.later(61 * minute);
    const createdAt = () => scannedImages(world.registry, image).images()[0]?.createdAt;
    await until(() => createdAt() === '2024-02-01T00:00:00.000000000Z', 'the new image');
    expect(world.registry.status()[0]?.error).toBe('');
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

  it.each([
    { how: 'in pages', settings: { maxPageSize: 1000 } },
    { how: 'at once', settings: {} },
  ])('has a list of 100,000 tags, $how', async ({ settings }) => {
    await using host = await startImageRegistry(settings);
    host.addImage('team/app', 'v0.0.0', {});
    host.addTags(
      'team/app',
      Array.from({ length: 100_000 }, (_, n) => `v1.${n}.0`),
      'v0.0.0',
    );
    const image = `${host.host}/team/app`;
    const held = monitorEventLoopDelay({ resolution: 5 });
    held.enable();
    await using world = startScanning([need(image, { patterns: ['semver:^1'] })], { timeoutMs: 60_000 });
    await until(() => (world.registry.status()[0]?.images ?? 0) >= 10, 'the list');
    held.disable();
    await world.settled();
    // Milliseconds at rest; a machine with a lot to do gives this process no turn for longer than that.
    expect(held.max / 1e6).toBeLessThan(400);
    const images = scannedImages(world.registry, image);
    expect(images.tags).toHaveLength(100_001);
    expect(images.tag('v1.99999.0').state).toBe('known');
    expect(host.requests.count({ kind: 'manifest' })).toBeLessThanOrEqual(20);
  });
});
