import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { describe, expect, it } from 'vitest';
import { noCache } from '../../src/registry/cache/image-cache.ts';
import type { ImageChange } from '../../src/registry/image-registry.ts';
import { nameOf, need, scannedImages, startScanning, until } from './registry-world.ts';

const minute = 60_000;
const hour = 60 * minute;

/** `1.0.0` to `1.0.(count - 1)`, each an image of its own. */
function addVersions(
  host: Awaited<ReturnType<typeof startImageRegistry>>,
  repository: string,
  count: number,
) {
  for (let patch = 0; patch < count; patch += 1) {
    const created = new Date(Date.UTC(2024, 0, 1, 0, patch)).toISOString();
    host.addImage(repository, `1.0.${patch}`, { created });
  }
}

describe('a scan', () => {
  it('knows the tags and times of the walk-through', async () => {
    await using host = await startImageRegistry({ samples: true });
    const image = `${host.host}/wardviaene/docker-nodejs-demo`;
    await using world = startScanning([need(image, { current: ['1.0.1'], patterns: ['semver:~1.0.0'] })]);
    await world.settled();
    const images = scannedImages(world.registry, image);
    expect([...images.tags].sort()).toEqual(['1.0.1', '1.0.2']);
    expect(images.tag('1.0.2')).toMatchObject({
      state: 'known',
      image: { createdAt: '2020-01-23T12:08:04.619877884Z' },
    });
    expect(images.tag('1.0.1')).toMatchObject({
      state: 'known',
      image: { createdAt: '2020-01-23T12:29:44.989057983Z' },
    });
    expect(images.tag('9')).toEqual({ state: 'unlisted' });
  });

  it('fetches for a range of versions the list and two manifests, and then the list only', async () => {
    await using host = await startImageRegistry();
    addVersions(host, 'team/app', 100);
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { current: ['1.0.3'], patterns: ['semver:~1.0'] })]);
    await until(() => (world.registry.status()[0]?.lastScan ?? '') !== '', 'first scan');
    expect(host.requests.counts({ method: 'GET' })['team/app']).toMatchObject({ tags: 1 });
    await world.settled();
    // Two for the decision; of the newest ten nine more are filled in, when there was nothing else to do.
    const [first, second] = host.requests.all({ kind: 'manifest' }).map(({ reference }) => reference);
    expect([first, second].sort()).toEqual(['1.0.3', '1.0.99']);
    expect(host.requests.counts()['team/app']).toEqual({ tags: 1, manifest: 11, blob: 11 });
    host.requests.clear();
    world.later(2 * minute);
    await until(() => host.requests.count({ kind: 'tags' }) === 1, 'second scan');
    await world.settled();
    expect(host.requests.counts()).toEqual({ 'team/app': { tags: 1 } });
  });

  it('fetches for an order by time every tag that the pattern lets through, once', async () => {
    await using host = await startImageRegistry();
    for (let n = 0; n < 20; n += 1) host.addImage('team/app', `main-${n}`, { content: String(n) });
    for (let n = 0; n < 20; n += 1) host.addImage('team/app', `dev-${n}`, { content: `d${n}` });
    host.retag('team/app', 'main-same', 'main-1');
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:main-*'] })]);
    await world.settled();
    const images = scannedImages(world.registry, image);
    expect(images.tags.filter((tag) => tag.startsWith('main-')).map((tag) => images.tag(tag).state)).toEqual(
      Array.from({ length: 21 }, () => 'known'),
    );
    const { manifest, blob } = host.requests.counts()['team/app'] ?? {};
    expect(manifest).toBe(21);
    // Two tags of one digest: at the same time both may be asked for, later never.
    expect(blob).toBeLessThanOrEqual(21);
    host.requests.clear();
    host.addImage('team/app', 'main-20', { content: '20' });
    world.later(2 * minute);
    await until(() => scannedImages(world.registry, image).tag('main-20').state === 'known', 'the new tag');
    await world.settled();
    expect(host.requests.counts()['team/app']).toEqual({ tags: 1, manifest: 1, blob: 1 });
  });

  it('notices a tag that was pushed again by asking for its digest', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', 'main', { created: '2024-01-01T00:00:00Z' });
    host.addImage('team/app', 'other', { created: '2024-01-02T00:00:00Z' });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    const changes: ImageChange[] = [];
    world.registry.watch((change) => changes.push(change));
    host.requests.clear();
    host.addImage('team/app', 'main', { created: '2024-02-01T00:00:00Z' });
    world.later(hour + minute);
    await until(() => changes.length > 0, 'the change');
    expect(changes).toEqual([{ repository: image, added: [], changed: ['main'] }]);
    expect(scannedImages(world.registry, image).tag('main')).toMatchObject({
      image: { createdAt: '2024-02-01T00:00:00.000000000Z' },
    });
    expect(host.requests.count({ kind: 'manifest', method: 'HEAD' })).toBe(2);
    expect(host.requests.count({ kind: 'manifest', method: 'GET' })).toBe(1);
    expect(host.requests.count({ kind: 'blob' })).toBe(1);
  });

  it('takes the platform that it is told, of schema 2 and of OCI', async () => {
    await using host = await startImageRegistry();
    const platforms = ['linux/amd64', 'linux/arm64/v8'];
    const docker = host.addImage('team/docker', '1', { platforms, mediaTypes: 'docker' });
    const oci = host.addImage('team/oci', '1', { platforms, mediaTypes: 'oci' });
    const needs = ['docker', 'oci'].map((name) =>
      need(`${host.host}/team/${name}`, { patterns: ['glob:*'] }),
    );
    await using world = startScanning(needs, {}, { platforms: () => ['linux/arm64'] });
    await world.settled();
    for (const [name, built] of [
      ['docker', docker],
      ['oci', oci],
    ] as const) {
      const found = built.platforms['linux/arm64/v8'];
      expect(scannedImages(world.registry, `${host.host}/team/${name}`).tag('1')).toMatchObject({
        state: 'known',
        image: { tagDigest: built.top.digest, digest: found?.digest, imageId: found?.imageId },
      });
    }
  });

  it('excludes what has nothing for the platform, and asks again a day later', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', { platforms: ['windows/amd64'] });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1')).toEqual({
      state: 'excluded',
      reason: 'no suitable manifest (linux amd64) in manifestlist',
    });
    host.requests.clear();
    world.later(2 * hour);
    await until(() => host.requests.count({ kind: 'tags' }) === 1, 'the next scan');
    await world.settled();
    expect(host.requests.counts()['team/app']).toEqual({ tags: 1 });
    world.later(23 * hour);
    await until(() => host.requests.count({ kind: 'manifest' }) > 0, 'the refresh');
    await world.settled();
    expect(host.requests.count({ kind: 'manifest', method: 'GET' })).toBe(0);
  });

  it('reads labels of both kinds, and takes the time from them where they are believed', async () => {
    await using host = await startImageRegistry();
    const created = '2024-01-01T00:00:00Z';
    const label = { 'org.opencontainers.image.created': '2024-05-05T00:00:00Z', maintainer: 'sam' };
    host.addImage('fluxcd/a', '1', { created, labels: label });
    host.addImage('fluxcd/a', '2', { created, containerConfigLabels: label });
    host.addImage('other/a', '1', { created, labels: label });
    const names = ['fluxcd/a', 'other/a'].map((name) => `${host.host}/${name}`);
    await using world = startScanning(
      names.map((name) => need(name, { patterns: ['glob:*'] })),
      {
        useLabels: [`${host.host}/fluxcd/*`],
      },
    );
    await world.settled();
    const [believed, others] = names.map((name) => scannedImages(world.registry, name));
    const labels = { 'org.opencontainers.image.created': '2024-05-05T00:00:00Z' };
    for (const tag of ['1', '2']) {
      expect(believed?.tag(tag)).toMatchObject({
        image: { createdAt: '2024-05-05T00:00:00.000000000Z', labels },
      });
    }
    expect(others?.tag('1')).toMatchObject({
      image: { createdAt: '2024-01-01T00:00:00.000000000Z', labels },
    });
  });

  it('[manifests K9] keeps an image whose labels are no times, and says so once', async () => {
    await using host = await startImageRegistry();
    const labels = {
      'org.opencontainers.image.created': '20190523',
      'org.label-schema.build-date': '20190523',
    };
    host.addImage('team/app', '1', { created: '2024-01-01T00:00:00Z', labels });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1').state).toBe('known');
    world.later(2 * hour);
    await world.settled();
    const told = world.lines.filter(({ err }) =>
      String(err).startsWith('failed to parse 2 timestamp label(s)'),
    );
    expect(told).toHaveLength(1);
  });

  it('[manifests K7] lists a tag without a manifest, and says so once', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.faults.plan({ kind: 'manifest' }, { type: 'status', code: 404, message: 'manifest unknown' });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    const images = scannedImages(world.registry, image);
    expect(images.tags).toEqual(['1']);
    expect(images.tag('1')).toEqual({ state: 'missing' });
    expect(world.registry.status()[0]).toMatchObject({ error: '', tags: 1, images: 0 });
    world.later(hour);
    await world.settled();
    const warnings = world.lines.filter(({ warning }) => warning !== undefined);
    expect(warnings.map(({ warning }) => warning)).toEqual([
      `manifest for tag 1 missing in repository ${image}`,
    ]);
    host.faults.clear();
    world.later(hour);
    await until(() => scannedImages(world.registry, image).tag('1').state === 'known', 'the manifest');
  });

  it('puts all spellings and workloads of a repository together', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image), need(image, { patterns: ['glob:*'] }), need(image)]);
    await world.settled();
    expect(world.registry.status()).toHaveLength(1);
    expect(host.requests.count({ kind: 'tags' })).toBe(1);
  });

  it('scans first what it is told was pushed, and nothing that nobody uses', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    host.addImage('team/app', '2', { content: 'two' });
    expect(world.registry.scanNext(nameOf(image))).toBe(true);
    await until(() => scannedImages(world.registry, image).tag('2').state === 'known', 'the pushed tag');
    expect(world.registry.scanNext(nameOf('quay.io/org/unused'))).toBe(false);
    expect(world.lines).toContainEqual({ info: 'no creds available', image: 'quay.io/org/unused' });
    const unknown = world.registry.imagesOf(nameOf('quay.io/org/unused'));
    expect(unknown.state === 'unknown' && unknown.error.message).toBe('item not in cache');
  });

  it('scans once more what was pushed while a scan ran', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    const image = `${host.host}/team/app`;
    let saving = Promise.resolve();
    const cache = { ...noCache, keeps: true, set: () => saving };
    await using world = startScanning([need(image, { patterns: ['glob:*'] })], {}, { cache });
    await world.settled();
    const { promise, resolve: saved } = Promise.withResolvers<void>();
    saving = promise;
    const push = (tag: string): void => {
      host.addImage('team/app', tag, { content: tag });
      world.registry.scanNext(nameOf(image));
    };
    push('2');
    await until(() => scannedImages(world.registry, image).tags.includes('2'), 'the scan');
    push('3');
    saved();
    await until(() => scannedImages(world.registry, image).tags.includes('3'), 'the next scan');
  });

  it('fetches at once what somebody asks to release', async () => {
    await using host = await startImageRegistry();
    for (let n = 0; n < 30; n += 1) host.addImage('team/app', `build-${n}`, { content: String(n) });
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image)]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('build-3').state).toBe('unseen');
    const tags = scannedImages(world.registry, image).tags;
    const images = await world.registry.fetchTags(nameOf(image), tags, AbortSignal.timeout(10_000));
    expect(images.state === 'scanned' && images.images()).toHaveLength(30);
  });

  it('leaves out what the globs exclude', async () => {
    await using host = await startImageRegistry();
    host.addImage('team/app', '1', {});
    host.addImage('test/app', '1', {});
    const globs = { exclude: ['*/test/*'], include: [] };
    await using world = startScanning([need(`${host.host}/team/app`), need(`${host.host}/test/app`)], {
      globs,
    });
    await world.settled();
    expect(world.registry.status().map(({ repository }) => repository)).toEqual([`${host.host}/team/app`]);
    expect(world.registry.imagesOf(nameOf(`${host.host}/test/app`))).toMatchObject({
      state: 'unknown',
      error: {
        message: 'item not in cache: it is left out by flags of the daemon',
        help: expect.stringContaining('--registry-exclude-image'),
      },
    });
  });

  it('makes the same requests for many repositories as for each of them', async () => {
    await using host = await startImageRegistry();
    const names = Array.from({ length: 20 }, (_, n) => `team/app-${n}`);
    for (const name of names) addVersions(host, name, 20);
    const needs = names.map((name) =>
      need(`${host.host}/${name}`, { current: ['1.0.0'], patterns: ['semver:*'] }),
    );
    await using world = startScanning(needs);
    await world.settled();
    expect(host.requests.count({ kind: 'ping' })).toBeLessThanOrEqual(2);
    expect(host.requests.count({ kind: 'tags' })).toBe(20);
    host.requests.clear();
    world.later(2 * minute);
    await until(() => host.requests.count({ kind: 'tags' }) >= 20, 'second scans');
    await world.settled();
    expect(host.requests.count()).toBe(20);
  });
});
