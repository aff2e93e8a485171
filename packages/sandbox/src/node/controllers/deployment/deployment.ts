import { sameJson } from '../../../kube/kube-object.ts';
import type { Deployment, Pod, ReplicaSet } from '../../objects.ts';
import { isFinished, isTerminating } from '../../pods.ts';
import type { ClusterView } from '../cluster-view.ts';
import { findCondition } from '../conditions.ts';
import { type Change, type Controller, controllerOf, type Decision, kinds } from '../controller.ts';
import { deploymentStatus, type Step, untilDeadline } from './deployment-status.ts';
import { desired, nextSizeOfNew, nextSizesOfOld, proportionalSizes, slackOf, sum } from './replica-counts.ts';
import {
  annotationsFor,
  hasTemplate,
  nameFor,
  newReplicaSet,
  resized,
  revisionAnnotation,
  revisionOf,
  sizedFor,
} from './replica-set-of.ts';

/** Rolls Deployments out through ReplicaSets, one for every template they have had. */
export const deploymentController: Controller = {
  name: 'deployment-controller',
  kind: kinds.deployment,
  watches: [
    { kind: kinds.replicaSet, concerns: (set) => controllerOf(set, kinds.deployment) },
    {
      // `Recreate` waits until the last old pod is really gone.
      kind: kinds.pod,
      concerns(pod, view) {
        const [set] = controllerOf(pod, kinds.replicaSet);
        const owner = set && view.get(kinds.replicaSet, set.namespace, set.name);
        return owner ? controllerOf(owner, kinds.deployment) : [];
      },
    },
  ],
  decide(_, object, view, now) {
    if (object === undefined || isTerminating(object)) return { changes: [] };
    return decideDeployment(object as Deployment, view, now);
  },
};

export function decideDeployment(deployment: Deployment, view: ClusterView, now: Date): Decision {
  const sets = (view.ownedBy(kinds.replicaSet, deployment.metadata.uid) as readonly ReplicaSet[]).toSorted(
    byCreation,
  );
  const fresh = sets.find((set) => hasTemplate(set, deployment.spec.template));
  const old = sets.filter((set) => set !== fresh);
  const { changes, step } = roll(deployment, fresh, old, view);
  const status = deploymentStatus(deployment, sets, fresh, step, now);
  if (!sameJson(status, { ...deployment.status })) {
    changes.push({ act: 'update status', object: { ...deployment, status } });
  }
  return { changes, againInMs: untilDeadline(deployment, status, now) };
}

function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [ofA, ofB] = [a, b].map(({ metadata }) => `${metadata.creationTimestamp} ${metadata.name}`);
  return (ofA ?? '').localeCompare(ofB ?? '');
}

interface Roll {
  readonly changes: Change[];
  readonly step: Step;
}

function roll(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  view: ClusterView,
): Roll {
  const all = fresh ? [...old, fresh] : old;
  const wasPaused =
    findCondition(deployment.status?.conditions, 'Progressing')?.reason === 'DeploymentPaused';
  if (deployment.spec.paused) return { changes: rescale(deployment, fresh, all), step: { kind: 'paused' } };
  if (wasPaused) return { changes: [], step: { kind: 'resumed' } };
  const wanted = deployment.spec.replicas ?? 1;
  const isResized = all.some((set) => desired(set) > 0 && (sizedFor(set) ?? wanted) !== wanted);
  if (isResized) return { changes: rescale(deployment, fresh, all), step: { kind: 'none' } };
  const isRecreated = deployment.spec.strategy?.type === 'Recreate';
  return isRecreated ? recreate(deployment, fresh, old, view) : rollingUpdate(deployment, fresh, old, view);
}

/** Only sizes, no new template. */
function rescale(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
): Change[] {
  const wanted = deployment.spec.replicas ?? 1;
  const active = all.filter((set) => desired(set) > 0);
  const only = active.length <= 1 ? (active[0] ?? fresh) : undefined;
  if (only !== undefined) return resize(deployment, new Map([[only, wanted]]));
  const total = wanted > 0 ? wanted + slackOf(deployment).surge : 0;
  return resize(deployment, proportionalSizes(active, total));
}

function recreate(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  view: ClusterView,
): Roll {
  const running = old.filter((set) => desired(set) > 0);
  if (running.length > 0) {
    return { changes: resize(deployment, new Map(running.map((set) => [set, 0]))), step: { kind: 'none' } };
  }
  const lingering = old.some((set) =>
    (view.ownedBy(kinds.pod, set.metadata.uid) as readonly Pod[]).some((pod) => !isFinished(pod)),
  );
  if (lingering) return { changes: [], step: { kind: 'none' } };
  const wanted = deployment.spec.replicas ?? 1;
  if (fresh === undefined) return startNew(deployment, old, view, wanted);
  const refreshed = refresh(deployment, fresh, old);
  if (refreshed) return refreshed;
  const changes =
    desired(fresh) === wanted ? tidy(deployment, fresh, old) : resize(deployment, new Map([[fresh, wanted]]));
  return { changes, step: { kind: 'found', replicaSet: fresh.metadata.name } };
}

function rollingUpdate(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  view: ClusterView,
): Roll {
  const slack = slackOf(deployment);
  if (fresh === undefined) {
    return startNew(deployment, old, view, nextSizeOfNew(deployment, slack, old, 0));
  }
  const refreshed = refresh(deployment, fresh, old);
  if (refreshed) return refreshed;
  const step: Step = { kind: 'found', replicaSet: fresh.metadata.name };
  const size = nextSizeOfNew(deployment, slack, [...old, fresh], desired(fresh));
  if (size !== desired(fresh)) return { changes: resize(deployment, new Map([[fresh, size]])), step };
  const changes = resize(deployment, nextSizesOfOld(deployment, slack, fresh, old));
  return { changes: changes.length > 0 ? changes : tidy(deployment, fresh, old), step };
}

function startNew(
  deployment: Deployment,
  old: readonly ReplicaSet[],
  view: ClusterView,
  replicas: number,
): Roll {
  const { namespace } = deployment.metadata;
  const named = nameFor(deployment, (name) => view.get(kinds.replicaSet, namespace, name) !== undefined);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const message = `Scaled up replica set ${named.name} from 0 to ${replicas}`;
  return {
    changes: [
      { act: 'create', object: newReplicaSet(deployment, named, revision, replicas) },
      ...markRevision(deployment, revision),
      { act: 'tell', object: deployment, type: 'Normal', reason: 'ScalingReplicaSet', message },
    ],
    step: { kind: 'created', replicaSet: named.name },
  };
}

/** Annotations and revision of the present set: it may be an old one to which the Deployment went back. */
function refresh(deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[]): Roll | undefined {
  const newest = Math.max(0, ...old.map(revisionOf));
  const revision = revisionOf(fresh) > newest ? revisionOf(fresh) : newest + 1;
  const annotations = { ...fresh.metadata.annotations, ...annotationsFor(deployment, revision) };
  const { minReadySeconds } = deployment.spec;
  const isCurrent =
    sameJson(annotations, fresh.metadata.annotations) && minReadySeconds === fresh.spec.minReadySeconds;
  const changes: Change[] = [...markRevision(deployment, revision)];
  if (!isCurrent) {
    const { minReadySeconds: _, ...spec } = fresh.spec;
    changes.unshift({
      act: 'update',
      object: {
        ...fresh,
        metadata: { ...fresh.metadata, annotations },
        spec: { ...spec, ...(minReadySeconds !== undefined && { minReadySeconds }) },
      },
    });
  }
  return changes.length > 0
    ? { changes, step: { kind: 'found', replicaSet: fresh.metadata.name } }
    : undefined;
}

function markRevision(deployment: Deployment, revision: number): Change[] {
  const { annotations } = deployment.metadata;
  if (annotations?.[revisionAnnotation] === String(revision)) return [];
  const marked = { ...annotations, [revisionAnnotation]: String(revision) };
  return [
    { act: 'update', object: { ...deployment, metadata: { ...deployment.metadata, annotations: marked } } },
  ];
}

function resize(deployment: Deployment, sizes: ReadonlyMap<ReplicaSet, number>): Change[] {
  return [...sizes].flatMap(([set, size]): Change[] => {
    const next = resized(set, size, deployment);
    if (sameJson(next, set)) return [];
    const update: Change = { act: 'update', object: next };
    if (size === desired(set)) return [update];
    const way = size > desired(set) ? 'up' : 'down';
    const message = `Scaled ${way} replica set ${set.metadata.name} from ${desired(set)} to ${size}`;
    return [
      update,
      { act: 'tell', object: deployment, type: 'Normal', reason: 'ScalingReplicaSet', message },
    ];
  });
}

/** Once a rollout is through, only so many empty old sets are kept. */
function tidy(deployment: Deployment, fresh: ReplicaSet, old: readonly ReplicaSet[]): Change[] {
  const wanted = deployment.spec.replicas ?? 1;
  if (sum(old, desired) > 0 || (fresh.status?.availableReplicas ?? 0) < wanted) return [];
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  return old
    .filter((set) => (set.status?.replicas ?? 0) === 0 && !isTerminating(set))
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
    .slice(0, Math.max(0, old.length - limit))
    .map((object) => ({ act: 'delete' as const, object }));
}
