import type { Deployment, ReplicaSet } from '../../objects.ts';

/** How many pods a rollout may have too many and too few. */
export interface Slack {
  readonly surge: number;
  readonly unavailable: number;
}

export function slackOf({ spec }: Deployment): Slack {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = amount(maxSurge, replicas, Math.ceil);
  const unavailable = amount(maxUnavailable, replicas, Math.floor);
  // With neither a rollout could not make a single step.
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function amount(value: number | string, of: number, round: (number: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * of) / 100) : Number(value);
}

export const desired = ({ spec }: ReplicaSet): number => spec.replicas ?? 1;
export const available = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
export const sum = (sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number =>
  sets.reduce((total, set) => total + count(set), 0);

/** How large the new set may be at this moment of a rolling update. */
export function nextSizeOfNew(
  deployment: Deployment,
  slack: Slack,
  all: readonly ReplicaSet[],
  size: number,
): number {
  const wanted = deployment.spec.replicas ?? 1;
  if (size >= wanted) return wanted;
  const room = wanted + slack.surge - sum(all, desired);
  return size + Math.max(0, Math.min(room, wanted - size));
}

/**
 * How large the old sets may be at this moment of a rolling update: first the pods that are of no use go,
 * then as many as can be spared.
 * @param old - oldest first
 */
export function nextSizesOfOld(
  deployment: Deployment,
  slack: Slack,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
): ReadonlyMap<ReplicaSet, number> {
  const sizes = new Map(old.map((set) => [set, desired(set)]));
  const all = [...old, fresh];
  const needed = (deployment.spec.replicas ?? 1) - slack.unavailable;
  let sparable = sum(all, desired) - needed - (desired(fresh) - available(fresh));
  const shrink = (set: ReplicaSet, by: number): void => {
    sizes.set(set, (sizes.get(set) ?? 0) - by);
  };
  for (const set of old) {
    const useless = Math.max(0, Math.min(sparable, desired(set) - available(set)));
    shrink(set, useless);
    sparable -= useless;
  }
  let surplus = Math.min(sum(all, available) - needed, Math.max(0, sparable));
  for (const set of old) {
    const gone = Math.max(0, Math.min(surplus, sizes.get(set) ?? 0));
    shrink(set, gone);
    surplus -= gone;
  }
  return sizes;
}

/**
 * Sizes after the number of replicas was changed in the middle of a rollout: every set keeps its share.
 * @param all - the new set too
 * @param total - what they may have together
 */
export function proportionalSizes(
  all: readonly ReplicaSet[],
  total: number,
): ReadonlyMap<ReplicaSet, number> {
  const before = sum(all, desired);
  const largestFirst = all.toSorted((a, b) => desired(b) - desired(a));
  const sizes = new Map(
    largestFirst.map((set) => [set, Math.floor((desired(set) * total) / Math.max(1, before))]),
  );
  const [largest] = largestFirst;
  if (largest !== undefined) {
    const rest = total - [...sizes.values()].reduce((done, size) => done + size, 0);
    sizes.set(largest, (sizes.get(largest) ?? 0) + rest);
  }
  return sizes;
}
