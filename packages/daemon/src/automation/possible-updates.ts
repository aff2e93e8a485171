import type { ContainerUpdate } from '@fluxctl/shared/api/types';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import type { NamedImage } from '../manifests/named-image.ts';
import type { ImageRegistry } from '../registry/image-registry.ts';
import { chooseImage } from './choose-image.ts';
import { readContainerPolicy } from './container-policy.ts';

/** What automation would write, were the workload automated and neither locked nor frozen. */
export function possibleUpdates(
  containers: readonly NamedImage[],
  policies: Policies,
  images: Pick<ImageRegistry, 'imagesOf'>,
  now: Date,
): ContainerUpdate[] {
  return containers.flatMap(({ name, image }) => {
    const choice = chooseImage(image, readContainerPolicy(policies, name), images.imagesOf(image), now);
    if (choice.outcome !== 'update') return [];
    return [{ Container: name, Current: writeImageRef(image), Target: writeImageRef(choice.to) }];
  });
}
