import type { Pod } from './objects.ts';

export function isTerminating({ metadata }: { metadata: { deletionTimestamp?: string } }): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Its containers have ended for good. */
export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** Counts as a replica: neither ended nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isTerminating(pod);
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** When the pod will have been ready for so many seconds, in ms since 1970; undefined while it is not ready. */
export function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True') return undefined;
  if (minReadySeconds === 0 || ready.lastTransitionTime === undefined) return 0;
  return Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000;
}

export function isAvailable(pod: Pod, minReadySeconds: number, now: Date): boolean {
  return (availableAt(pod, minReadySeconds) ?? Number.POSITIVE_INFINITY) <= now.getTime();
}

/** How long until the next of these pods becomes available by waiting alone, in ms. */
export function nextAvailability(
  pods: readonly Pod[],
  minReadySeconds: number,
  now: Date,
): number | undefined {
  const waits = pods
    .map((pod) => (availableAt(pod, minReadySeconds) ?? 0) - now.getTime())
    .filter((wait) => wait > 0);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}
