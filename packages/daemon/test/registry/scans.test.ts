import { startImageRegistry } from '@fluxctl/sandbox/image-registry/start-image-registry';
import { expect, it } from 'vitest';
import { need, scannedImages, startScanning } from './registry-world.ts';

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
});
