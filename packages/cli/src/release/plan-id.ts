import { createHash } from 'node:crypto';
import type { ContainerUpdate, ReleasePlan } from '@fluxctl/shared/api/types';
import { sortedMap } from '@fluxctl/shared/go-json';

export type PlanContent = Omit<ReleasePlan, 'id' | 'result'>;

/**
 * A digest of what a plan would do: whoever carries it out does what was looked at. The results are for
 * people, and not part of it.
 * @returns SHA-256 in hex
 */
export function planId({ revision, cause, force, updates }: PlanContent): string {
  const content = [
    revision,
    [cause.Message, cause.User],
    force,
    Object.entries(sortedMap(updates)).map(entryContent),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

function entryContent([workload, updates]: [string, readonly ContainerUpdate[]]): unknown {
  return [workload, updates.map(({ Container, Current, Target }) => [Container, Current, Target])];
}
