import { hash } from 'node:crypto';
import { canonicalName, writeImageRef } from '@fluxctl/shared/images/image-ref';
import { type Policies, readIgnore } from '@fluxctl/shared/policy/policies';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Workload } from '../cluster/cluster.ts';
import { type AutomatedWorkload, isCandidate } from './poll.ts';

/** Ids of the workloads that git lets the daemon update. */
export function candidateIds(policies: ReadonlyMap<ResourceId, Policies>): ResourceId[] {
  return [...policies].filter(([, asked]) => isCandidate(asked)).map(([id]) => id);
}

/** Those that the cluster has; one that is marked there to be ignored is left alone, as at a release. */
export function runningCandidates(
  running: readonly Workload[],
  policies: ReadonlyMap<ResourceId, Policies>,
): AutomatedWorkload[] {
  return running.flatMap(({ id, containers, ignore }) => {
    const asked = policies.get(id);
    return asked && readIgnore(ignore) !== 'all' ? [{ id, containers, policies: asked }] : [];
  });
}

/** Two lists for which the same would be decided have the same. */
export function fingerprint(candidates: readonly AutomatedWorkload[]): string {
  const told = candidates.map(({ id, containers, policies }) => [
    id,
    policies,
    containers.map(({ name, image }) => [name, writeImageRef(image)]),
  ]);
  return hash('sha1', JSON.stringify(told));
}

/** Canonical names. */
export function repositoriesOf(candidates: readonly AutomatedWorkload[]): ReadonlySet<string> {
  return new Set(candidates.flatMap(({ containers }) => containers.map(({ image }) => canonicalName(image))));
}
