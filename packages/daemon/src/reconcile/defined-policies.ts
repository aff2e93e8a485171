import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Source } from './source.ts';

/**
 * What git asks for each object. A source that is not ready just now counts with what was applied last:
 * a remote that is away for a moment takes nothing back.
 */
export async function definedPolicies(
  sources: readonly Source[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ResourceId, Policies>> {
  const found = new Map<ResourceId, Policies>();
  for (const source of sources) {
    const isReady = source.repository.status.state === 'ready';
    const definitions = isReady ? await source.definedNow(signal) : source.applied();
    for (const [id, { manifest }] of definitions?.byId ?? []) {
      if (!found.has(id)) found.set(id, manifest.policies);
    }
  }
  return found;
}
