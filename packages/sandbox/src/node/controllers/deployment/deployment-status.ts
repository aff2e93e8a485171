import { timestamp } from '../../../kube/kube-object.ts';
import type { Condition, Deployment, DeploymentStatus, ReplicaSet } from '../../objects.ts';
import { findCondition, type NewCondition, withCondition, withoutCondition } from '../conditions.ts';
import { available, desired, slackOf, sum } from './replica-counts.ts';

/** What the rest of the decision did, where the condition must tell it. */
export type Step =
  | { readonly kind: 'none' | 'paused' | 'resumed' }
  | { readonly kind: 'created' | 'found'; readonly replicaSet: string };

/** No deadline is written so. */
const noDeadline = 2 ** 31 - 1;

/** @param fresh - the set of the present template, if there is one */
export function deploymentStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  fresh: ReplicaSet | undefined,
  step: Step,
  now: Date,
): DeploymentStatus {
  const availableReplicas = sum(all, available);
  const counts = {
    replicas: sum(all, ({ status }) => status?.replicas ?? 0),
    updatedReplicas: fresh?.status?.replicas ?? 0,
    readyReplicas: sum(all, ({ status }) => status?.readyReplicas ?? 0),
    availableReplicas,
    unavailableReplicas: Math.max(0, sum(all, desired) - availableReplicas),
  };
  const { generation } = deployment.metadata;
  const conditions = conditionsOf(deployment, counts, fresh, step, now);
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...(conditions.length > 0 && { conditions }),
  };
}

type Counts = Required<Omit<DeploymentStatus, 'observedGeneration' | 'conditions'>>;

function conditionsOf(
  deployment: Deployment,
  counts: Counts,
  fresh: ReplicaSet | undefined,
  step: Step,
  now: Date,
): Condition[] {
  const wanted = deployment.spec.replicas ?? 1;
  const isAvailable = counts.availableReplicas >= wanted - slackOf(deployment).unavailable;
  const conditions = withCondition(
    deployment.status?.conditions ?? [],
    isAvailable
      ? {
          type: 'Available',
          status: 'True',
          reason: 'MinimumReplicasAvailable',
          message: 'Deployment has minimum availability.',
        }
      : {
          type: 'Available',
          status: 'False',
          reason: 'MinimumReplicasUnavailable',
          message: 'Deployment does not have minimum availability.',
        },
    now,
    true,
  );
  const deadline = deployment.spec.progressDeadlineSeconds ?? noDeadline;
  if (deadline === noDeadline) return withoutCondition(conditions, 'Progressing');
  return withProgress(deployment, withStep(conditions, step, now), counts, fresh, deadline, now);
}

function withStep(conditions: Condition[], step: Step, now: Date): Condition[] {
  const before = findCondition(conditions, 'Progressing');
  const progressing = (condition: Omit<NewCondition, 'type'>): Condition[] =>
    withCondition(conditions, { type: 'Progressing', ...condition }, now, true);
  switch (step.kind) {
    case 'none':
      return conditions;
    case 'paused':
      return progressing({ status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' });
    case 'resumed':
      return progressing({
        status: 'Unknown',
        reason: 'DeploymentResumed',
        message: 'Deployment is resumed',
      });
    case 'found':
      if (before !== undefined) return conditions;
      return progressing({
        status: 'True',
        reason: 'FoundNewReplicaSet',
        message: `Found new replica set "${step.replicaSet}"`,
      });
    case 'created':
      return progressing({
        status: 'True',
        reason: 'NewReplicaSetCreated',
        message: `Created new replica set "${step.replicaSet}"`,
      });
    default:
      return step satisfies never;
  }
}

function withProgress(
  deployment: Deployment,
  conditions: Condition[],
  counts: Counts,
  fresh: ReplicaSet | undefined,
  deadlineSeconds: number,
  now: Date,
): Condition[] {
  if (deployment.spec.paused) return conditions;
  const before = findCondition(conditions, 'Progressing');
  if (counts.replicas === counts.updatedReplicas && before?.reason === 'NewReplicaSetAvailable') {
    return conditions;
  }
  const what = fresh ? `ReplicaSet "${fresh.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, counts)) {
    const message = `${what} has successfully progressed.`;
    const done = { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message } as const;
    return withCondition(conditions, done, now, true);
  }
  if (hasProgressed(deployment.status ?? {}, counts)) {
    const time = timestamp(now);
    const progressing: Condition = {
      type: 'Progressing',
      status: 'True',
      lastUpdateTime: time,
      lastTransitionTime: (before?.status === 'True' ? before.lastTransitionTime : undefined) ?? time,
      reason: 'ReplicaSetUpdated',
      message: `${what} is progressing.`,
    };
    return [...withoutCondition(conditions, 'Progressing'), progressing];
  }
  if (isLate(before, deadlineSeconds, now)) {
    const message = `${what} has timed out progressing.`;
    const late = {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message,
    } as const;
    return withCondition(conditions, late, now, true);
  }
  return conditions;
}

function isComplete({ spec, metadata }: Deployment, counts: Counts): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    metadata.deletionTimestamp === undefined &&
    counts.updatedReplicas === wanted &&
    counts.replicas === wanted &&
    counts.availableReplicas === wanted
  );
}

function hasProgressed(before: DeploymentStatus, counts: Counts): boolean {
  const updated = before.updatedReplicas ?? 0;
  return (
    counts.updatedReplicas > updated ||
    counts.replicas - counts.updatedReplicas < (before.replicas ?? 0) - updated ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    counts.availableReplicas > (before.availableReplicas ?? 0)
  );
}

function isLate(progressing: Condition | undefined, deadlineSeconds: number, now: Date): boolean {
  if (progressing?.reason === 'ProgressDeadlineExceeded') return true;
  if (progressing?.lastUpdateTime === undefined || progressing.reason === 'NewReplicaSetAvailable')
    return false;
  return Date.parse(progressing.lastUpdateTime) + deadlineSeconds * 1000 < now.getTime();
}

/** How long until the progress deadline must be looked at again, in ms. */
export function untilDeadline({ spec }: Deployment, status: DeploymentStatus, now: Date): number | undefined {
  const deadline = spec.progressDeadlineSeconds ?? noDeadline;
  const progressing = findCondition(status.conditions, 'Progressing');
  const isOpen =
    progressing?.lastUpdateTime !== undefined &&
    progressing.reason !== 'NewReplicaSetAvailable' &&
    progressing.reason !== 'ProgressDeadlineExceeded';
  if (!isOpen || deadline === noDeadline || spec.paused) return undefined;
  // A second more: the times in conditions have no fractions.
  return Math.max(0, Date.parse(progressing.lastUpdateTime ?? '') + (deadline + 1) * 1000 - now.getTime());
}
