import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { SeenPod } from './pod-facts.ts';
import type { RevisionFacts, WorkloadProgress } from './rollout-facts.ts';
import type { WorkloadKind } from './workload-status.ts';

/** A ReplicaSet or ControllerRevision: a template that a workload has or had. */
export interface SeenRevision {
  readonly name: string;
  readonly uid: string;
  readonly owner: string;
  /** By which pods tell it, for those of DaemonSets. */
  readonly hash: string;
  /** Its number, as text; the newest template has the highest. */
  readonly number: string;
  readonly createdAt: string;
}

/** Where the templates of a kind are kept; a StatefulSet's status names the newest itself. */
export const revisionKinds: Readonly<Partial<Record<WorkloadKind, string>>> = {
  deployment: 'ReplicaSet',
  daemonset: 'ControllerRevision',
};

interface RevisionObject {
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[];
  };
  /** Of a ControllerRevision. */
  readonly revision?: number;
}

export function readRevision(object: JsonObject): SeenRevision {
  const { metadata, revision } = object as unknown as RevisionObject;
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    owner: metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? '',
    hash: metadata.labels?.['controller-revision-hash'] ?? '',
    number: String(revision ?? metadata.annotations?.['deployment.kubernetes.io/revision'] ?? ''),
    createdAt: metadata.creationTimestamp ?? '',
  };
}

/**
 * The newest template of a workload and the pods that were made of it.
 * @param progress - once its controller has seen the definition: before, the newest is the one before
 * @returns undefined while there is none, or none can be seen
 */
export function newRevision(
  kind: WorkloadKind,
  { uid, revision }: WorkloadProgress,
  revisions: Iterable<SeenRevision>,
  pods: Iterable<SeenPod>,
): RevisionFacts | undefined {
  if (kind === 'statefulset') {
    if (revision === undefined) return undefined;
    const mine = [...pods].filter((pod) => pod.owner === uid && pod.revisionHash === revision);
    return { name: revision, createdAt: '', pods: staying(mine) };
  }
  const own = [...revisions].filter(({ owner }) => owner === uid);
  const newest =
    kind === 'deployment'
      ? own.find(({ number }) => number === revision)
      : own.toSorted((a, b) => Number(b.number) - Number(a.number))[0];
  if (!newest) return undefined;
  const mine = [...pods].filter(({ owner, revisionHash }) =>
    kind === 'deployment' ? owner === newest.uid : owner === uid && revisionHash === newest.hash,
  );
  return { name: newest.name, createdAt: newest.createdAt, pods: staying(mine) };
}

function staying(pods: readonly SeenPod[]): SeenPod[] {
  return pods.filter(({ isLeaving }) => !isLeaving).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
