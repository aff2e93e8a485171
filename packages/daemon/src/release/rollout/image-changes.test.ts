import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { expect, it } from 'vitest';
import { imageChanges, showsImages } from './image-changes.ts';

const named = (images: Record<string, string>) =>
  Object.entries(images).map(([name, image]) => ({ name, image: parseImageRef(image) }));

it('imageChanges tells of containers that were there before, with the images as they are written', () => {
  const before = named({ app: 'q/app:1', same: 'alpine', gone: 'x:1', pinned: 'y:1@sha256:aa' });
  const now = named({ app: 'q/app:2', same: 'alpine', fresh: 'z:1', pinned: 'y:1@sha256:bb' });
  expect(imageChanges(before, now)).toEqual([
    { Container: 'app', Current: 'q/app:1', Target: 'q/app:2' },
    { Container: 'pinned', Current: 'y:1@sha256:aa', Target: 'y:1@sha256:bb' },
  ]);
  expect(showsImages(now, imageChanges(before, now))).toBe(true);
  expect(showsImages(before, imageChanges(before, now))).toBe(false);
});
