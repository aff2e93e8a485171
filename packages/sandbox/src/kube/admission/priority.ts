import type { JsonObject } from '@fluxctl/shared/kube-object';
import { numberAt, stringAt } from '../kube-object.ts';
import type { World } from '../resources/context.ts';

const system: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** What a pod's priority class says; 0 without one. */
export function priorityOf(world: World, className: string): JsonObject {
  const known = world.store.get('scheduling.k8s.io/priorityclasses', undefined, className);
  return {
    priority: numberAt(known, 'value') ?? system[className] ?? 0,
    preemptionPolicy: stringAt(known, 'preemptionPolicy') ?? 'PreemptLowerPriority',
  };
}
