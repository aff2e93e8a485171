import { timestamp } from '../../kube/kube-object.ts';
import type { Condition } from '../objects.ts';

export type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export function findCondition(list: readonly Condition[] | undefined, type: string): Condition | undefined {
  return list?.find((condition) => condition.type === type);
}

/**
 * The list with one condition renewed: unless status or reason changed it stays as it was, and its
 * time of transition moves only with the status.
 * @param updates - the condition also tells when it was last renewed
 */
export function withCondition(
  list: readonly Condition[],
  next: NewCondition,
  now: Date,
  updates = false,
): Condition[] {
  const before = findCondition(list, next.type);
  if (before?.status === next.status && before.reason === next.reason) return [...list];
  const moved = before?.status === next.status ? before.lastTransitionTime : undefined;
  const condition: Condition = {
    ...next,
    lastTransitionTime: moved ?? timestamp(now),
    ...(updates && { lastUpdateTime: timestamp(now) }),
  };
  return [...list.filter(({ type }) => type !== next.type), condition];
}

export function withoutCondition(list: readonly Condition[], type: string): Condition[] {
  return list.filter((condition) => condition.type !== type);
}
