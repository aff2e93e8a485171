import { resourceIdParts } from '@fluxctl/shared/resource/resource-id';
import type { RolloutFacts, Workload } from '../../cluster/cluster.ts';
import { isThrough } from './judge.ts';

/** So young a template may still be on its way, though it was well for a moment. */
const youngMs = 600_000;

/** Whether a workload may be in the middle of a rollout, as far as it shows by itself. */
export function mayBeUnderWay({ status, progress }: Workload): boolean {
  return progress !== undefined && status !== 'ready';
}

/**
 * Whether a workload that is not well is in the middle of a rollout, rather than ill after one that went
 * well: for one that was begun before this process was. Undefined while it cannot be told.
 */
export function isUnderWay(facts: RolloutFacts, now: number): boolean | undefined {
  const { workload, newest } = facts;
  if (!workload?.progress) return undefined;
  const { id, progress, rollout } = workload;
  const isYoung = (time: string): boolean => Date.parse(time) + youngMs > now;
  if (resourceIdParts(id).kind === 'deployment') {
    const { condition } = progress;
    // Without a deadline its controller tells nothing.
    if (condition === undefined) return false;
    if (newest === undefined) return undefined;
    return isThrough(progress, facts) ? isYoung(condition.since) : true;
  }
  if (progress.isBetweenRevisions || rollout.Outdated > 0) return true;
  return newest && isYoung(newest.createdAt);
}
