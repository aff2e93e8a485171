import type { Rollout } from '@fluxctl/shared/api/types';

/** The parts of a workload that its status is told from. */
export interface RolloutSource {
  readonly metadata: { readonly generation?: number };
  readonly spec?: {
    readonly replicas?: number;
    readonly updateStrategy?: { readonly rollingUpdate?: { readonly partition?: number } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly currentReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
    readonly releaseStatus?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly message?: string;
    }[];
  };
}

/** Kinds of workloads, as ids name them. */
export const workloadKinds = ['deployment', 'daemonset', 'statefulset', 'cronjob', 'helmrelease'] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

export interface WorkloadStatus {
  /** `started`, `updating`, `ready`, `error`; what a HelmRelease says of itself. */
  readonly status: string;
  readonly rollout: Rollout;
}

const nothing: Rollout = { Desired: 0, Updated: 0, Ready: 0, Available: 0, Outdated: 0, Messages: null };

/** How far a workload's rollout is, in Flux v1's terms. */
export function workloadStatus(kind: WorkloadKind, workload: RolloutSource): WorkloadStatus {
  switch (kind) {
    case 'deployment':
      return deploymentStatus(workload);
    case 'daemonset':
      return daemonSetStatus(workload);
    case 'statefulset':
      return statefulSetStatus(workload);
    case 'cronjob':
      return { status: 'ready', rollout: nothing };
    case 'helmrelease':
      return { status: workload.status?.releaseStatus ?? '', rollout: nothing };
    default:
      return kind satisfies never;
  }
}

function deploymentStatus(workload: RolloutSource): WorkloadStatus {
  const { status = {} } = workload;
  const updated = status.updatedReplicas ?? 0;
  const messages = (status.conditions ?? [])
    .filter(
      ({ type, status: state }) =>
        (type === 'Progressing' && state === 'False') || (type === 'ReplicaFailure' && state === 'True'),
    )
    .map(({ message = '' }) => message);
  const rollout: Rollout = {
    Desired: workload.spec?.replicas ?? 1,
    Updated: updated,
    Ready: status.readyReplicas ?? 0,
    Available: status.availableReplicas ?? 0,
    Outdated: (status.replicas ?? 0) - updated,
    Messages: messages.length > 0 ? messages : null,
  };
  if (isBehind(workload)) return { status: 'started', rollout };
  if (rollout.Messages) return { status: 'error', rollout };
  return { status: isReady(rollout) ? 'ready' : 'updating', rollout };
}

function daemonSetStatus(workload: RolloutSource): WorkloadStatus {
  const { status = {} } = workload;
  const updated = status.updatedNumberScheduled ?? 0;
  const rollout: Rollout = {
    Desired: status.desiredNumberScheduled ?? 0,
    Updated: updated,
    Ready: status.numberReady ?? 0,
    Available: status.numberAvailable ?? 0,
    Outdated: (status.currentNumberScheduled ?? 0) - updated,
    Messages: null,
  };
  if (isBehind(workload)) return { status: 'started', rollout };
  return { status: isReady(rollout) ? 'ready' : 'updating', rollout };
}

function statefulSetStatus(workload: RolloutSource): WorkloadStatus {
  const { spec = {}, status = {} } = workload;
  const replicas = spec.replicas ?? 1;
  const partition = spec.updateStrategy?.rollingUpdate?.partition ?? 0;
  const desired = Math.max(0, replicas - partition);
  const isRolling = status.currentRevision !== status.updateRevision;
  const updated = (isRolling ? status.updatedReplicas : status.currentReplicas) ?? 0;
  const ready = status.readyReplicas ?? 0;
  const rollout: Rollout = {
    Desired: desired,
    Updated: updated,
    Ready: ready,
    Available: ready,
    Outdated: desired - updated,
    Messages: null,
  };
  if (isBehind(workload)) return { status: 'started', rollout };
  const done = updated === desired && ready === replicas && rollout.Outdated === 0;
  return { status: done ? 'ready' : 'updating', rollout };
}

/** The controller has not seen the newest definition yet. */
function isBehind({ metadata, status }: RolloutSource): boolean {
  return (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
}

function isReady(rollout: Rollout): boolean {
  return (
    rollout.Updated === rollout.Desired && rollout.Available === rollout.Desired && rollout.Outdated === 0
  );
}
