import { buildImage } from '@fluxctl/sandbox/image-registry/build-image';
import { pushImage } from '@fluxctl/sandbox/image-registry/push-image';
import { registriesUnderTest } from '@fluxctl/sandbox/registries-under-test';
import { describe, expect, it } from 'vitest';
import { indexOf } from './index-of.ts';
import { need, scannedImages, startScanning, until } from './registry-world.ts';

for (const under of registriesUnderTest()) {
  const title = under.missing ? `${under.name} (skipped: ${under.missing})` : under.name;
  describe.skipIf(under.missing)(`images of ${title}`, () => {
    it('are known, whatever they are packed in', async () => {
      await using host = await under.start();
      const created = '2020-01-23T12:08:04.619877884Z';
      const platforms = ['linux/arm64/v8', 'linux/amd64'];
      const images = {
        docker: buildImage({ created }),
        oci: buildImage({ created, mediaTypes: 'oci' }),
        'docker-list': buildImage({ created, platforms }),
        'oci-index': buildImage({ created, platforms, mediaTypes: 'oci' }),
        windows: buildImage({ created, platforms: ['windows/amd64'] }),
      };
      for (const [tag, image] of Object.entries(images)) await pushImage(host.url, 'team/app', tag, image);
      const image = `${host.host}/team/app`;
      await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
      await world.settled();
      const found = scannedImages(world.registry, image);
      expect([...found.tags].sort()).toEqual(Object.keys(images).sort());
      for (const tag of ['docker', 'oci', 'docker-list', 'oci-index'] as const) {
        const { top, platforms } = images[tag];
        expect(found.tag(tag)).toMatchObject({
          state: 'known',
          image: {
            createdAt: created,
            tagDigest: top.digest,
            digest: platforms['linux/amd64']?.digest,
            imageId: platforms['linux/amd64']?.imageId,
          },
        });
      }
      expect(found.tag('windows').state).toBe('excluded');
    });

    it('are found beside attestations, and in an index in an index', async () => {
      await using host = await under.start();
      const amd64 = buildImage({ created: '2024-01-01T00:00:00Z', mediaTypes: 'oci' });
      const attestation = buildImage({ mediaTypes: 'oci', platform: 'unknown/unknown' });
      const attested = indexOf(
        { image: attestation, platform: { os: 'unknown', architecture: 'unknown' } },
        { image: amd64, platform: { os: 'linux', architecture: 'amd64' } },
      );
      const nested = indexOf({ image: attested });
      for (const [tag, image] of Object.entries({ attested, nested })) {
        await pushImage(host.url, 'team/app', tag, image);
      }
      const image = `${host.host}/team/app`;
      await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
      await world.settled();
      for (const [tag, { top }] of Object.entries({ attested, nested })) {
        expect(scannedImages(world.registry, image).tag(tag)).toMatchObject({
          state: 'known',
          image: { tagDigest: top.digest, digest: amd64.top.digest },
        });
      }
    });

    it('are all listed, the tags of built-in names too', async () => {
      await using host = await under.start();
      const tags = [
        '1.0.0',
        '__proto__',
        'constructor',
        ...Array.from({ length: 30 }, (_, n) => `build-${n}`),
      ];
      for (const tag of tags) await pushImage(host.url, 'team/app', tag, buildImage({}));
      const image = `${host.host}/team/app`;
      await using world = startScanning([need(image, { current: ['__proto__'] })]);
      await world.settled();
      expect([...scannedImages(world.registry, image).tags].sort()).toEqual(tags.sort());
      expect(scannedImages(world.registry, image).tag('__proto__').state).toBe('known');
    });

    it('are seen again when a tag is pushed again', async () => {
      await using host = await under.start();
      await pushImage(host.url, 'team/app', '1', buildImage({ created: '2024-01-01T00:00:00Z' }));
      const image = `${host.host}/team/app`;
      await using world = startScanning([need(image, { patterns: ['glob:*'] })]);
      await world.settled();
      await pushImage(host.url, 'team/app', '1', buildImage({ created: '2024-02-01T00:00:00Z' }));
      world.later(2 * 3_600_000);
      const createdAt = () => scannedImages(world.registry, image).images()[0]?.createdAt;
      await until(() => createdAt() === '2024-02-01T00:00:00.000000000Z', 'the new image');
    });

    it('that are not there are told in plain words', async () => {
      await using host = await under.start();
      await using world = startScanning([need(`${host.host}/team/nothing`)]);
      await until(() => (world.registry.status()[0]?.lastScan ?? '') !== '', 'the scan');
      expect(world.registry.status()[0]?.error).toMatch(/does not know the tags of team\/nothing/);
    });
  });
}
