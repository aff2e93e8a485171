import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { NamedImage } from '../manifests/named-image.ts';
import { createBreather } from '../waiting/breather.ts';
import type { Definitions } from './update-ports.ts';
import type { ContainersById } from './workloads.ts';

/**
 * The containers of some objects, as far as git defines them. Each may have to be parsed for it: ten thousand
 * would take seconds.
 */
export async function containersInGit(
  ids: Iterable<ResourceId>,
  { byId, loaded }: Definitions,
  signal: AbortSignal,
): Promise<ContainersById> {
  const found = new Map<ResourceId, readonly NamedImage[] | undefined>();
  const breathe = createBreather();
  for (const id of ids) {
    await breathe();
    const defined = byId.get(id);
    if (defined) found.set(id, await loaded.images(defined.manifest, signal));
  }
  return found;
}
