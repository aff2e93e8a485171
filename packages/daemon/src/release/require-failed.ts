import { UserError } from '@fluxctl/shared/errors';
import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import { isSameImage } from './calculate-containers.ts';
import type { ContainersSpec } from './release-spec.ts';
import type { ContainersById } from './workloads.ts';

/**
 * A rollback takes back what failed and nothing else: git may have moved on while the cluster still runs it.
 * @throws {UserError}
 */
export function requireFailed({ Holds, ContainerSpecs }: ContainersSpec, inGit: ContainersById): void {
  for (const id of Holds.keys()) {
    for (const { container, current } of ContainerSpecs.get(id) ?? []) {
      const image = inGit.get(id)?.find(({ name }) => name === container)?.image;
      if (!image || !current || isSameImage(image, current)) continue;
      throw new UserError(
        `${id}: git has ${writeImageRef(image)} by now, and not ${writeImageRef(current)}, which failed`,
      );
    }
  }
}
