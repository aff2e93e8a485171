import type { JsonObject } from '@fluxctl/shared/kube-object';
import { numberAt, stringAt } from '../kube-object.ts';
import type { World } from '../resources/context.ts';

/** What a pod's priority class says; 0 without one. */
export function priorityOf(world: World, className: string): JsonObject {
  const known = world.store.get('scheduling.k8s.io/priorityclasses', undefined, className);
  return {
    priority: numberAt(known, 'value') ?? 0,
    preemptionPolicy: stringAt(known, 'preemptionPolicy') ?? 'PreemptLowerPriority',
  };
}
