import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { NamedImage } from '../manifests/named-image.ts';
import { workloadImages } from '../manifests/workload-images.ts';
import type { Definitions } from './update-ports.ts';
import type { ContainersById } from './workloads.ts';

/**
 * The containers of some objects, as far as git defines them. Each has to be parsed for it: ten thousand would
 * take seconds.
 */
export async function containersInGit(
  ids: Iterable<ResourceId>,
  { byId, loaded }: Definitions,
  signal: AbortSignal,
): Promise<ContainersById> {
  const found = new Map<ResourceId, readonly NamedImage[] | undefined>();
  for (const id of ids) {
    const defined = byId.get(id);
    if (defined) found.set(id, workloadImages(await loaded.body(defined.manifest, signal)));
  }
  return found;
}
