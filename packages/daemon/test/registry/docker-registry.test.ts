import { buildImage } from '@fluxctl/sandbox/image-registry/build-image';
import { pushImage } from '@fluxctl/sandbox/image-registry/push-image';
import { registriesUnderTest } from '@fluxctl/sandbox/registries-under-test';
import { describe, expect, it } from 'vitest';
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
