import type { Policies } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Definitions } from './definitions.ts';
import type { Source } from './source.ts';

/**
 * What git asks for each object. A source that is not ready just now counts with what was applied last:
 * a remote that is away for a moment takes nothing back.
 */
export async function definedPolicies(
  sources: readonly Source[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ResourceId, Policies>> {
  const found: ReadonlyMap<ResourceId, Policies>[] = [];
  for (const source of sources) {
    const isReady = source.repository.status.state === 'ready';
    const definitions = isReady ? await source.definedNow(signal) : source.applied();
    if (definitions) found.push(policiesIn(definitions));
  }
  const [only, ...more] = found;
  if (only && more.length === 0) return only;
  // What the first source says counts.
  return new Map(found.toReversed().flatMap((policies) => [...policies]));
}

/** Of definitions that stay, while the API and automation ask again and again. */
const known = new WeakMap<Definitions, ReadonlyMap<ResourceId, Policies>>();

function policiesIn(definitions: Definitions): ReadonlyMap<ResourceId, Policies> {
  const before = known.get(definitions);
  if (before) return before;
  const policies = new Map<ResourceId, Policies>();
  for (const [id, { manifest }] of definitions.byId) policies.set(id, manifest.policies);
  known.set(definitions, policies);
  return policies;
}
