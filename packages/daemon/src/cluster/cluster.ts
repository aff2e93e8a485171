import type { Rollout } from '@fluxctl/shared/api/types';
import type { FluxError } from '@fluxctl/shared/errors';
import type { JsonObject, ObjectRef } from '@fluxctl/shared/kube-object';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { SourcePosition } from '../manifests/manifest.ts';
import type { NamedImage } from '../manifests/named-image.ts';
import type { RevisionFacts, WorkloadProgress } from './rollout-facts.ts';

export type Scope =
  | { readonly found: true; readonly namespaced: boolean; readonly plural: string }
  /** `reason` in Flux v1's words: `resource not found for API <gv>, kind <kind>` … */
  | { readonly found: false; readonly reason: string };

/** An object of the cluster as its metadata tells it. */
export interface LiveObject {
  readonly ref: ObjectRef;
  readonly id: ResourceId;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Label `fluxcd.io/sync-gc-mark`. */
  readonly mark: string | undefined;
  /** Annotation `fluxcd.io/sync-checksum`. */
  readonly checksum: string | undefined;
  /** Value of the ignore annotation, under either prefix. */
  readonly ignore: string | undefined;
  /** Has an owner, so it is never ours to collect. */
  readonly owned: boolean;
  /**
   * Whether the fields we own are those of our last apply: somebody else's change takes a field out of
   * our entry in managedFields. `unknown` after a restart, until `confirm` was asked.
   */
  readonly fields: 'as-applied' | 'changed' | 'unknown';
  /** Who else wrote the object last, to be named when they undo what we apply. */
  readonly otherManager: string | undefined;
}

/** What the watches tell; no call makes a request once `follow` has resolved. */
export interface LiveState {
  /**
   * Looks for objects with a mark, and follows their kinds: git most likely has them, so that after a
   * restart `follow` finds its work done.
   */
  begin(signal: AbortSignal): Promise<void>;
  /** Lists and then watches these kinds by metadata; resolves when all are known. Kinds that are not served are passed over. */
  follow(
    kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
    signal: AbortSignal,
  ): Promise<void>;
  /** By kind, namespace and name; the version of the API group does not matter. */
  get(ref: ObjectRef): LiveObject | undefined;
  /** All objects that carry a mark, of every listable kind; kinds that may not be listed are left out. */
  marked(): Iterable<LiveObject>;
  /** For `fields: 'unknown'`: compares what we own with what is wanted, and remembers the answer. */
  confirm(ref: ObjectRef, wanted: JsonObject): 'as-applied' | 'changed';
  /** Some object that we follow changed, came or went; not called for our own applies. */
  onChange(listener: (ref: ObjectRef) => void): void;
}

export interface ApplyItem {
  readonly id: ResourceId;
  readonly ref: ObjectRef;
  readonly source: SourcePosition;
  /** Complete, with mark, checksum and namespace. */
  body(signal: AbortSignal): Promise<JsonObject>;
}

export type ApplyOutcome =
  | {
      readonly item: ApplyItem;
      readonly action: 'created' | 'configured' | 'unchanged' | 'serverside-applied';
      readonly warnings: readonly string[];
    }
  | { readonly item: ApplyItem; readonly action: 'failed'; readonly error: ApplyError };

/** The API server's words, cut and masked, and what they are about. */
export interface ApplyError {
  readonly error: FluxError;
  /** Path of the field, as `spec.selector`, where the server named one. */
  readonly field: string | undefined;
  /** A server fault, a time-out or a conflict: worth another try by itself. */
  readonly retryable: boolean;
}

export type PruneOutcome =
  | { readonly object: LiveObject; readonly action: 'deleted' | 'gone' }
  | { readonly object: LiveObject; readonly action: 'failed'; readonly error: ApplyError };

export interface Workload {
  readonly id: ResourceId;
  readonly status: string;
  readonly rollout: Rollout;
  /** Containers, then init containers; of a HelmRelease what its values name. */
  readonly containers: readonly NamedImage[];
  /** Why `containers` cannot be told. */
  readonly containersError: string | undefined;
  readonly antecedent: ResourceId | undefined;
  readonly labels: Readonly<Record<string, string>> | null;
  /** `ignore` on the object in the cluster, `fluxcd.io/` prefix only. */
  readonly ignore: string | undefined;
  readonly pullsWith: PullSource;
  /** How its controller gets on; undefined for kinds whose controllers roll nothing out. */
  readonly progress: WorkloadProgress | undefined;
}

/** Where a workload's pods have from what they need to pull their images. */
export interface PullSource {
  readonly serviceAccount: string;
  /** Names of the pods' own secrets, in their order. */
  readonly secrets: readonly string[];
}

/** A secret for pulling images, of any type; what is in it is for others to read. */
export interface PullSecret {
  /** `namespace:secret/name`. */
  readonly origin: string;
  readonly type: string;
  /** The entries of docker configs. */
  readonly data: ReadonlyMap<string, Uint8Array>;
}

/** A workload on its way to a new definition. */
export interface RolloutFacts {
  /** Undefined: the cluster does not have it. */
  readonly workload: Workload | undefined;
  /** Its newest template; undefined while its pods are not looked at, or nobody may see them. */
  readonly newest: RevisionFacts | undefined;
  /** False while a watch is cut off: then this may be long past. */
  readonly isCurrent: boolean;
}

/** Looks at one workload for as long as it is open. */
export interface RolloutWatch extends Disposable {
  facts(): RolloutFacts;
  /** Whether its pods are watched too, which costs two connections. */
  lookAtPods(wanted: boolean): void;
}

export interface Cluster {
  /** `kubernetes-v1.35.4`. */
  version(signal: AbortSignal): Promise<string>;
  /** @throws when the API server does not answer */
  ping(signal: AbortSignal): Promise<void>;
  /** From discovery, cached; renewed when CRDs change. */
  scope(apiVersion: string, kind: string, signal: AbortSignal): Promise<Scope>;
  /** What is served may have changed: a CRD or an aggregated API came, went or moved. */
  onKindsChange(listener: () => void): void;
  readonly live: LiveState;
  /**
   * Server-side apply of all items, each as soon as what it may need is done with: its namespace, its
   * definition, what is of an earlier stage there. One outcome an item, in the order of `items`; rejects
   * only when aborted.
   * @param onProgress - told how many items are done, also while something that goes on is waited for: for
   *   those who wait, and for the limit of a stall
   */
  apply(
    items: readonly ApplyItem[],
    signal: AbortSignal,
    onProgress?: (done: number) => void,
  ): Promise<readonly ApplyOutcome[]>;
  /** Deletes, in the reverse order of stages, with preconditions on uid and resourceVersion. */
  prune(
    objects: readonly LiveObject[],
    signal: AbortSignal,
    onProgress?: () => void,
  ): Promise<readonly PruneOutcome[]>;
  /** Workloads that the cluster has; both filters empty: all visible. */
  workloads(
    filter: { readonly namespace?: string; readonly ids?: readonly ResourceId[] },
    signal: AbortSignal,
  ): Promise<readonly Workload[]>;
  /** A workload came, or has other images than before; from the first call of `workloads` on. */
  onImagesChange(listener: (id: ResourceId) => void): void;
  /**
   * The secrets with which pods of a namespace pull: those of their service account, then their own; what
   * comes later counts more. Those that are missing or forbidden are told once and left out. They are
   * remembered for a short while: while one is, it is the same object.
   * @throws when the API server does not answer
   */
  pullSecrets(namespace: string, source: PullSource, signal: AbortSignal): Promise<readonly PullSecret[]>;
  /**
   * What the nodes are, as `linux/arm64`: linux/amd64 first where there is such a node, the others by
   * name. Remembered for some minutes; empty when nobody may look.
   */
  nodePlatforms(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Looks at a workload; it makes no request itself, and sees nothing before the first call of `workloads`.
   * @param onChange - there may be other facts; called often
   */
  watchRollout(id: ResourceId, onChange: () => void): RolloutWatch;
  /** Namespaces and workloads as multi-document YAML, for `fluxctl save`. */
  export(signal: AbortSignal): Promise<string>;
}

/** Secrets in the daemon's own namespace: the deploy key, the sync marker. */
export interface SecretStore {
  /** Bytes by key, and annotations; undefined when there is no such secret. */
  get(
    name: string,
    signal: AbortSignal,
  ): Promise<
    | { readonly data: ReadonlyMap<string, Buffer>; readonly annotations: Readonly<Record<string, string>> }
    | undefined
  >;
  /** Strategic-merge patch; the secret must exist. */
  patch(
    name: string,
    change: {
      readonly data?: Readonly<Record<string, Buffer>>;
      readonly annotations?: Readonly<Record<string, string>>;
    },
    signal: AbortSignal,
  ): Promise<void>;
}
