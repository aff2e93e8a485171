import type { ContainerUpdate, Rollout } from '@fluxctl/shared/api/types';
import type { RolloutFacts, Workload } from '../../cluster/cluster.ts';
import { showsImages } from './image-changes.ts';

/** What is to come to run. */
export interface Awaited {
  readonly images: readonly ContainerUpdate[];
  /** Value of `fluxcd.io/sync-checksum` in the cluster once git's definition is there. */
  readonly checksum: string;
}

/** What was seen of a rollout so far; times in milliseconds since 1970. */
export interface Sighting {
  /** Since when all was well without a break; undefined while it is not. */
  readonly readySince: number | undefined;
  /** When it last made progress, or began; while nothing can move this is now. */
  readonly progressAt: number;
  readonly counts: Rollout | undefined;
  /** Of the newest template. */
  readonly revision: string | undefined;
  /** Since when an image could not be pulled, by pod and container. */
  readonly pullingSince: ReadonlyMap<string, number>;
}

export function firstSighting(now: number): Sighting {
  return {
    readySince: undefined,
    progressAt: now,
    counts: undefined,
    revision: undefined,
    pullingSince: new Map(),
  };
}

/** Takes a look: the same facts and times always give the same sighting. */
export function look(before: Sighting, awaited: Awaited, facts: RolloutFacts, now: number): Sighting {
  const { workload } = facts;
  if (!workload?.progress || !facts.isCurrent || !isLive(workload, awaited)) return firstSighting(now);
  const { rollout, status, progress } = workload;
  const isReady = status === 'ready';
  const standsStill = status === 'started' || progress.waits !== 'no';
  const moved =
    standsStill ||
    before.revision !== progress.revision ||
    before.counts === undefined ||
    hasProgressed(before.counts, rollout);
  return {
    readySince: isReady ? (before.readySince ?? now) : undefined,
    progressAt: moved ? now : before.progressAt,
    counts: rollout,
    revision: progress.revision,
    pullingSince: standsStill ? new Map() : pulls(before, facts, now),
  };
}

/** Whether the cluster has the definition, though an admission webhook may have written other images. */
export function isLive({ progress, containers }: Workload, { checksum, images }: Awaited): boolean {
  return progress?.checksum === checksum || showsImages(containers, images);
}

/** As Kubernetes counts it for Deployments; somebody who scales begins anew. */
function hasProgressed(before: Rollout, now: Rollout): boolean {
  return (
    now.Desired !== before.Desired ||
    now.Updated > before.Updated ||
    now.Outdated < before.Outdated ||
    now.Ready > before.Ready ||
    now.Available > before.Available
  );
}

function pulls({ pullingSince }: Sighting, { newest }: RolloutFacts, now: number): Map<string, number> {
  const since = new Map<string, number>();
  for (const { name, troubles } of newest?.pods ?? []) {
    for (const { kind, container } of troubles) {
      const key = pullKey(name, container);
      if (kind === 'pull') since.set(key, pullingSince.get(key) ?? now);
    }
  }
  return since;
}

export function pullKey(pod: string, container: string): string {
  return `${pod}/${container}`;
}
