import type { KubeObject } from '../../kube/kube-object.ts';
import { sameJson } from '../../kube/kube-object.ts';
import type { Condition, Pod, ReplicaSet } from '../objects.ts';
import { isActive, isAvailable, isReady, isTerminating, nextAvailability } from '../pods.ts';
import { type Change, type Controller, controllerOf, type Decision, kinds } from './controller.ts';
import { podFromTemplate } from './pod-from-template.ts';

/** Keeps as many pods of a template as a ReplicaSet asks for. */
export const replicaSetController: Controller = {
  name: 'replicaset-controller',
  kind: kinds.replicaSet,
  watches: [{ kind: kinds.pod, concerns: (pod) => controllerOf(pod, kinds.replicaSet) }],
  decide(_, object, view, now) {
    if (object === undefined) return { changes: [] };
    const pods = view.ownedBy(kinds.pod, object.metadata.uid) as readonly Pod[];
    return decideReplicaSet(object as ReplicaSet, pods, now);
  },
};

/** @param pods - all that it controls */
export function decideReplicaSet(set: ReplicaSet, pods: readonly Pod[], now: Date): Decision {
  const active = pods.filter(isActive);
  const status = replicaSetStatus(set, active, now);
  const changes: Change[] = [];
  if (!sameJson(status, set.status)) changes.push({ act: 'update status', object: { ...set, status } });
  if (!isTerminating(set)) changes.push(...scalePods(set, active));
  return { changes, againInMs: nextAvailability(active, set.spec.minReadySeconds ?? 0, now) };
}

function scalePods(set: ReplicaSet, active: readonly Pod[]): readonly Change[] {
  const wanted = set.spec.replicas ?? 1;
  if (active.length < wanted) {
    return Array.from({ length: wanted - active.length }, () => ({
      act: 'create' as const,
      object: podFromTemplate(set, set.spec.template),
    }));
  }
  return leastUsefulFirst(active)
    .slice(0, active.length - wanted)
    .map((object) => ({ act: 'delete' as const, object }));
}

/** Which pods go first: not placed, not running, not ready, younger. */
export function leastUsefulFirst(pods: readonly Pod[]): readonly Pod[] {
  const usefulness = (pod: Pod): number =>
    (pod.spec.nodeName ? 4 : 0) + (pod.status?.phase === 'Running' ? 2 : 0) + (isReady(pod) ? 1 : 0);
  const age = (pod: KubeObject): string => pod.metadata.creationTimestamp ?? '';
  return pods.toSorted((a, b) => usefulness(a) - usefulness(b) || age(b).localeCompare(age(a)));
}

function replicaSetStatus(
  set: ReplicaSet,
  active: readonly Pod[],
  now: Date,
): NonNullable<ReplicaSet['status']> {
  const labels = Object.entries(set.spec.template.metadata?.labels ?? {});
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const ready = active.filter(isReady).length;
  const available = active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  const fullyLabeled = active.filter(({ metadata }) =>
    labels.every(([key, value]) => metadata.labels?.[key] === value),
  ).length;
  const conditions: Condition[] | undefined = set.status?.conditions;
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    ...(conditions && { conditions }),
  };
}
