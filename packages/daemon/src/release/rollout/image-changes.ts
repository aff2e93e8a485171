import type { ContainerUpdate } from '@fluxctl/shared/api/types';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { NamedImage } from '../../manifests/named-image.ts';

/** The containers of before that have other images now. One that is new, or gone, is no image update. */
export function imageChanges(before: readonly NamedImage[], now: readonly NamedImage[]): ContainerUpdate[] {
  const images = new Map(before.map(({ name, image }) => [name, writeImageRef(image)]));
  return now.flatMap(({ name, image }) => {
    const Current = images.get(name);
    const Target = writeImageRef(image);
    return Current === undefined || Current === Target ? [] : [{ Container: name, Current, Target }];
  });
}

/** Whether the containers have exactly the images that the updates bring. */
export function showsImages(containers: readonly NamedImage[], updates: readonly ContainerUpdate[]): boolean {
  return updates.every(({ Container, Target }) =>
    containers.some(({ name, image }) => name === Container && writeImageRef(image) === Target),
  );
}
