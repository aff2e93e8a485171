import type { JsonObject } from '@fluxctl/shared/kube-object';
import { stringAt } from '../../kube/kube-object.ts';
import type { Pod, PodTemplate, StatefulSet } from '../objects.ts';
import { isAvailable, isFinished, isReady, isTerminating, nextAvailability } from '../pods.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Change, type Controller, controllerOf, type Decision, kinds } from './controller.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { type Revisions, revisionLabel, revisionsOf, statusChange } from './revisions.ts';

/** Runs pods that keep their names and volumes: `web-0`, `web-1`, …, one after the other. */
export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  kind: kinds.statefulSet,
  watches: [
    { kind: kinds.pod, concerns: (pod) => controllerOf(pod, kinds.statefulSet) },
    { kind: kinds.revision, concerns: (revision) => controllerOf(revision, kinds.statefulSet) },
    // Only to know them: a claim that goes is made anew with its pod.
    { kind: kinds.claim, concerns: () => [] },
  ],
  decide(_, object, view, now) {
    if (object === undefined || isTerminating(object)) return { changes: [] };
    return decideStatefulSet(object as StatefulSet, view, now);
  },
};

export function decideStatefulSet(set: StatefulSet, view: ClusterView, now: Date): Decision {
  const pods = view.ownedBy(kinds.pod, set.metadata.uid) as readonly Pod[];
  const currentRevision = stringAt(set, 'status', 'currentRevision');
  const inUse = new Set(pods.map(revisionName));
  if (currentRevision !== undefined) inUse.add(currentRevision);
  const revisions = revisionsOf(set, view, inUse);
  const status = statusOf(set, pods, revisions, now);
  return {
    changes: [
      ...revisions.changes,
      ...statusChange(set, status),
      ...nextSteps(set, pods, revisions, stringAt(status, 'currentRevision') ?? revisions.current, view, now),
    ],
    againInMs: nextAvailability(pods, set.spec.minReadySeconds ?? 0, now),
  };
}

function revisionName({ metadata }: Pod): string {
  return metadata.labels?.[revisionLabel] ?? '';
}

function ordinalOf(set: StatefulSet, pod: Pod): number {
  return Number(pod.metadata.name.slice(set.metadata.name.length + 1));
}

function nextSteps(
  set: StatefulSet,
  pods: readonly Pod[],
  revisions: Revisions,
  currentRevision: string,
  view: ClusterView,
  now: Date,
): readonly Change[] {
  const { replicas = 1, ordinals, podManagementPolicy, updateStrategy, minReadySeconds = 0 } = set.spec;
  const first = ordinals?.start ?? 0;
  const isOrdered = podManagementPolicy !== 'Parallel';
  const isOnDelete = updateStrategy?.type === 'OnDelete';
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]));
  const changes: Change[] = [];

  for (let ordinal = first; ordinal < first + replicas; ordinal += 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      const isOld = ordinal < partition || isOnDelete;
      const revision = isOld ? currentRevision : revisions.current;
      const template = revisions.templateOf(revision) ?? set.spec.template;
      changes.push(...newPod(set, ordinal, template, revision, view));
    } else if (isFinished(pod) && !isTerminating(pod)) {
      changes.push({ act: 'delete', object: pod });
    }
    const isSettled = pod !== undefined && !isTerminating(pod) && isAvailable(pod, minReadySeconds, now);
    if (isOrdered && !isSettled) return changes;
  }

  const surplus = pods
    .filter((pod) => ordinalOf(set, pod) < first || ordinalOf(set, pod) >= first + replicas)
    .toSorted((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  const leaving = isOrdered ? surplus.slice(0, 1) : surplus;
  changes.push(
    ...leaving.filter((pod) => !isTerminating(pod)).map((object) => ({ act: 'delete' as const, object })),
  );
  if (surplus.length > 0 || isOnDelete || changes.length > 0) return changes;

  // From the last to the first, each waiting for the one before to be well again.
  for (let ordinal = first + replicas - 1; ordinal >= Math.max(first, partition); ordinal -= 1) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined || isTerminating(pod)) return changes;
    if (revisionName(pod) !== revisions.current) return [...changes, { act: 'delete', object: pod }];
    if (!isAvailable(pod, minReadySeconds, now)) return changes;
  }
  return changes;
}

function newPod(
  set: StatefulSet,
  ordinal: number,
  template: PodTemplate,
  revision: string,
  view: ClusterView,
): readonly Change[] {
  const { name: setName, namespace = 'default' } = set.metadata;
  const name = `${setName}-${ordinal}`;
  const claims = set.spec.volumeClaimTemplates ?? [];
  const claimName = (claim: string): string => `${claim}-${name}`;
  const volumes = [
    ...(template.spec.volumes ?? []).filter((volume) =>
      claims.every(({ metadata }) => metadata.name !== volume.name),
    ),
    ...claims.map(({ metadata }) => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: claimName(metadata.name) },
    })),
  ] as unknown as JsonObject[];
  const newClaims = claims
    .filter(({ metadata }) => view.get(kinds.claim, namespace, claimName(metadata.name)) === undefined)
    .map(({ metadata, spec }) => ({
      act: 'create' as const,
      object: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: claimName(metadata.name),
          namespace,
          labels: { ...metadata.labels, ...set.spec.selector.matchLabels },
        },
        spec,
      },
    }));
  const pod = podFromTemplate(set, template, {
    name,
    labels: {
      [revisionLabel]: revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
    spec: {
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  });
  return [...newClaims, { act: 'create', object: pod }];
}

function statusOf(set: StatefulSet, pods: readonly Pod[], revisions: Revisions, now: Date): JsonObject {
  const { replicas: wanted = 1, minReadySeconds = 0, updateStrategy } = set.spec;
  const alive = pods.filter((pod) => !isFinished(pod));
  const staying = alive.filter((pod) => !isTerminating(pod));
  const ready = staying.filter(isReady).length;
  const updated = staying.filter((pod) => revisionName(pod) === revisions.current).length;
  const before = stringAt(set, 'status', 'currentRevision') ?? revisions.current;
  const partition = updateStrategy?.rollingUpdate?.partition ?? 0;
  const isThrough = partition === 0 && updated === wanted && alive.length === wanted && ready === wanted;
  const currentRevision = isThrough ? revisions.current : before;
  const current = staying.filter((pod) => revisionName(pod) === currentRevision).length;
  const { generation } = set.metadata;
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    replicas: alive.length,
    ...(ready > 0 && { readyReplicas: ready }),
    ...(current > 0 && { currentReplicas: current }),
    ...(updated > 0 && { updatedReplicas: updated }),
    availableReplicas: staying.filter((pod) => isAvailable(pod, minReadySeconds, now)).length,
    currentRevision,
    updateRevision: revisions.current,
    collisionCount: 0,
  };
}
