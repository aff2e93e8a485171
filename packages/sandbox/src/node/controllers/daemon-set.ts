import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { DaemonSet, Pod } from '../objects.ts';
import { isActive, isAvailable, isFinished, isReady, isTerminating, nextAvailability } from '../pods.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Change, type Controller, controllerOf, type Decision, kinds } from './controller.ts';
import { podFromTemplate } from './pod-from-template.ts';
import { revisionLabel, revisionsOf, statusChange } from './revisions.ts';
import { fits, type NodeFacts } from './scheduler.ts';

/** Runs one pod on the node. */
export function daemonSetController(node: NodeFacts): Controller {
  return {
    name: 'daemonset-controller',
    kind: kinds.daemonSet,
    watches: [
      { kind: kinds.pod, concerns: (pod) => controllerOf(pod, kinds.daemonSet) },
      { kind: kinds.revision, concerns: (revision) => controllerOf(revision, kinds.daemonSet) },
    ],
    decide(_, object, view, now) {
      if (object === undefined || isTerminating(object)) return { changes: [] };
      const set = object as DaemonSet;
      const isWanted = fits(set.spec.template.spec.nodeSelector, node);
      return decideDaemonSet(set, isWanted ? node.name : undefined, view, now);
    },
  };
}

/** @param node - where it runs; undefined when it fits nowhere */
export function decideDaemonSet(
  set: DaemonSet,
  node: string | undefined,
  view: ClusterView,
  now: Date,
): Decision {
  const pods = view.ownedBy(kinds.pod, set.metadata.uid) as readonly Pod[];
  const revisions = revisionsOf(
    set,
    view,
    new Set(pods.map(({ metadata }) => revisionOf(set, metadata.labels))),
  );
  const { minReadySeconds = 0, updateStrategy } = set.spec;
  const active = pods.filter(isActive);
  const isCurrent = (pod: Pod): boolean => pod.metadata.labels?.[revisionLabel] === revisions.hash;
  const wanted = node === undefined ? 0 : 1;
  const ready = active.filter(isReady).length;
  const updated = active.filter(isCurrent).length;
  const available = active.filter((pod) => isAvailable(pod, minReadySeconds, now)).length;
  const { generation } = set.metadata;
  const status: JsonObject = {
    currentNumberScheduled: active.length,
    desiredNumberScheduled: wanted,
    numberMisscheduled: 0,
    numberReady: ready,
    ...(generation !== undefined && { observedGeneration: generation }),
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(available > 0 && { numberAvailable: available }),
    ...(wanted > available && { numberUnavailable: wanted - available }),
  };
  const changes: Change[] = [...revisions.changes, ...statusChange(set, status)];
  const isStale = (pod: Pod): boolean => !isCurrent(pod) && updateStrategy?.type !== 'OnDelete';
  for (const pod of pods) {
    const isUnwanted = wanted === 0 || isFinished(pod) || isStale(pod);
    if (isUnwanted && !isTerminating(pod)) changes.push({ act: 'delete', object: pod });
  }
  // A new pod waits until the old one is gone: both on one node would be in each other's way.
  if (wanted > 0 && pods.length === 0) {
    const object = podFromTemplate(set, set.spec.template, {
      labels: { [revisionLabel]: revisions.hash },
      spec: { nodeName: node ?? '' },
    });
    changes.push({ act: 'create', object });
  }
  return { changes, againInMs: nextAvailability(active, minReadySeconds, now) };
}

function revisionOf(set: DaemonSet, labels: Record<string, string> | undefined): string {
  return `${set.metadata.name}-${labels?.[revisionLabel] ?? ''}`;
}
