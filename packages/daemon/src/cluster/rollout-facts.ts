/** What a rollout is judged from, beside `status` and `rollout`. */
export interface WorkloadProgress {
  readonly uid: string;
  /** Annotation `fluxcd.io/sync-checksum`: which of git's definitions this is. */
  readonly checksum: string | undefined;
  /** Whether its controller does nothing before somebody acts. */
  readonly waits: 'no' | 'paused' | 'on-delete';
  /** Of its pods, as a query has it. */
  readonly selector: string;
  /** Of its newest template: a Deployment's by number, a StatefulSet's by name. */
  readonly revision: string | undefined;
  /** A StatefulSet that has not been wholly at its newest template yet. */
  readonly isBetweenRevisions: boolean;
  /** How long it may make no progress; undefined: for ever. */
  readonly deadlineSeconds: number | undefined;
  /** Every container has a readiness probe. */
  readonly isProbed: boolean;
  /** How long a pod has to be ready before it counts as available. */
  readonly minReadySeconds: number;
  /** A Deployment's `Progressing`; `since` is RFC 3339, may be empty. */
  readonly condition:
    | { readonly reason: string; readonly message: string; readonly since: string }
    | undefined;
}

export interface RevisionFacts {
  /** Of the ReplicaSet or ControllerRevision. */
  readonly name: string;
  /** RFC 3339; empty when it is not known. */
  readonly createdAt: string;
  /** Those made of it, without those that are on their way out, by name. */
  readonly pods: readonly PodFacts[];
}

export interface PodFacts {
  readonly name: string;
  readonly isReady: boolean;
  /** The most of any container. */
  readonly restarts: number;
  readonly troubles: readonly PodTrouble[];
}

/** Why a pod does not run as it should. */
export interface PodTrouble {
  readonly kind: 'pull' | 'bad-name' | 'crash' | 'config' | 'start' | 'ended' | 'not-ready' | 'unschedulable';
  /** Empty for the pod as a whole. */
  readonly container: string;
  readonly restarts: number;
  /** In the words of the kubelet or the scheduler, cut. */
  readonly words: string;
}
