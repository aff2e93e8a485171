import { type BuiltImage, buildImage } from '@fluxctl/sandbox/image-registry/build-image';
import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { describe, expect, it } from 'vitest';
import { indexOf } from './index-of.ts';
import { need, scannedImages, startScanning } from './registry-world.ts';

const created = '2024-01-01T00:00:00Z';
const amd64 = buildImage({ created, content: 'amd64', mediaTypes: 'oci' });
const arm64 = buildImage({ created, content: 'arm64', mediaTypes: 'oci', platform: 'linux/arm64/v8' });
const attestation = buildImage({ content: 'attestation', mediaTypes: 'oci', platform: 'unknown/unknown' });
const pair = indexOf(
  { image: arm64, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
  { image: amd64, platform: { os: 'linux', architecture: 'amd64' } },
);
const other = indexOf({ image: arm64, platform: { os: 'linux', architecture: 'arm64' } });
const deep = (depth: number): BuiltImage => (depth === 0 ? pair : indexOf({ image: deep(depth - 1) }));

describe('an image', () => {
  it.each([
    {
      what: 'in an index with the attestations that BuildKit puts beside it',
      image: indexOf(
        {
          image: attestation,
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
        { image: amd64, platform: { os: 'linux', architecture: 'amd64' } },
      ),
    },
    { what: 'in an index in an index', image: indexOf({ image: pair }) },
    {
      what: 'in an index that another names as that of the platform',
      image: indexOf({ image: pair, platform: { os: 'linux', architecture: 'amd64' } }),
    },
    { what: 'in the second of two indexes', image: indexOf({ image: other }, { image: pair }) },
    { what: 'two indexes deep', image: deep(2) },
  ])('$what is found', async ({ image: built }) => {
    await using host = await startImageRegistry();
    host.addBuilt('team/app', '1', built);
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    const imageId = amd64.platforms['linux/amd64']?.imageId;
    expect(scannedImages(world.registry, image).tag('1')).toMatchObject({
      state: 'known',
      image: { tagDigest: built.top.digest, digest: amd64.top.digest, imageId },
    });
  });

  it('whose index holds an attestation only is excluded', async () => {
    await using host = await startImageRegistry();
    host.addBuilt(
      'team/app',
      '1',
      indexOf({ image: attestation, platform: { os: 'unknown', architecture: 'unknown' } }),
    );
    const image = `${host.host}/team/app`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1')).toEqual({
      state: 'excluded',
      reason: 'no suitable manifest (linux amd64) in manifestlist',
    });
  });

  it('in indexes without end is given up', async () => {
    await using host = await startImageRegistry();
    host.addBuilt('team/app', '1', deep(10));
    await using world = startScanning([need(`${host.host}/team/app`, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(world.registry.status()[0]?.error).toBe(
      'the manifest of team/app:1 is an index in an index, more than 3 deep',
    );
    expect(host.requests.count({ kind: 'manifest', method: 'GET' })).toBeLessThanOrEqual(4);
  });

  it.each([
    { asked: ['linux/arm/v7'], found: 'linux/arm/v6' },
    { asked: ['linux/arm64'], found: 'linux/arm64/v8' },
    { asked: ['linux/s390x', 'linux/arm64'], found: 'linux/arm64/v8' },
  ])('for $asked is that for $found', async ({ asked, found }) => {
    await using host = await startImageRegistry();
    const platforms = ['linux/amd64', 'linux/arm/v6', 'linux/arm64/v8'];
    const built = host.addImage('team/app', '1', { created, platforms });
    const image = `${host.host}/team/app`;
    await using world = startScanning(
      [need(image, { patterns: ['glob:*'] })],
      {},
      { platforms: () => asked },
    );
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1')).toMatchObject({
      image: { digest: built.platforms[found]?.digest },
    });
  });

  it('of schema 1 tells its time and labels itself', async () => {
    await using host = await startImageRegistry();
    const labels = { 'org.label-schema.build-date': '2019-01-01T00:00:00Z', other: 'x' };
    const built = host.addSchema1Image('team/old', '1', { created: '2015-06-01T12:00:00.5Z', labels });
    const image = `${host.host}/team/old`;
    await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
    await world.settled();
    expect(scannedImages(world.registry, image).tag('1')).toMatchObject({
      state: 'known',
      image: {
        createdAt: '2015-06-01T12:00:00.500000000Z',
        labels: { 'org.label-schema.build-date': '2019-01-01T00:00:00Z' },
        digest: built.top.digest,
        imageId: built.platforms['linux/amd64']?.imageId,
      },
    });
    expect(host.requests.count({ kind: 'blob' })).toBe(0);
  });
});

it('what a digest means is asked once, whatever becomes of its tags', async () => {
  await using host = await startImageRegistry();
  host.addImage('team/app', 'main', { created, platforms: ['linux/amd64', 'linux/arm64'] });
  host.addImage('team/app', 'other', { created, content: 'other' });
  const image = `${host.host}/team/app`;
  await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
  await world.settled();
  const facts = scannedImages(world.registry, image).tag('main');
  const scansAgain = async (what: string): Promise<void> => {
    host.requests.clear();
    world.later(2 * 60_000);
    await world.scanned(image, what);
    await world.settled();
  };
  const digest = host.digest('team/app', 'main');
  host.removeTag('team/app', 'main');
  await scansAgain('without the tag');
  expect(scannedImages(world.registry, image).tag('main').state).toBe('unlisted');
  host.retag('team/app', 'main', digest);
  host.retag('team/app', 'copy', digest);
  await scansAgain('with it again');
  expect(scannedImages(world.registry, image).tag('main')).toMatchObject({
    ...facts,
    image: { lastFetched: expect.any(String) },
  });
  // What the tags name has to be asked; what it means has not.
  expect(host.requests.counts()['team/app']).toEqual({ tags: 1, manifest: 2 });
});
