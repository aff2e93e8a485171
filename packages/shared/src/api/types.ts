/**
 * The JSON of the HTTP API. Routes under `/v6` to `/v11` are Flux v1's, byte for byte; `/v12` is ours.
 * Members are in the order in which they are written.
 */

/** Image facts; `ID` is the reference as text, empty when unknown. Times are RFC 3339 in UTC. */
export interface ImageInfo {
  readonly ID: string;
  readonly Digest?: string;
  readonly ImageID?: string;
  readonly Labels: Readonly<Record<string, string>>;
  readonly CreatedAt?: string;
  readonly LastFetched?: string;
}

export interface Container {
  readonly Name?: string;
  readonly Current: ImageInfo;
  readonly LatestFiltered: ImageInfo;
  readonly Available?: readonly ImageInfo[];
  readonly AvailableError?: string;
  readonly AvailableImagesCount?: number;
  readonly NewAvailableImagesCount?: number;
  readonly FilteredImagesCount?: number;
  readonly NewFilteredImagesCount?: number;
}

export interface Rollout {
  readonly Desired: number;
  readonly Updated: number;
  readonly Ready: number;
  readonly Available: number;
  readonly Outdated: number;
  /** `null` when there are none: Go's client takes `[]` for a failed rollout. */
  readonly Messages: readonly string[] | null;
}

/** A workload, as `/v6/services` and `/v11/services` list it. */
export interface ControllerStatus {
  readonly ID: string;
  readonly Containers: readonly Container[] | null;
  readonly ReadOnly: '' | 'NotReady' | 'NoRepo' | 'NotInRepo' | 'ReadOnlyMode' | 'System';
  readonly Status: string;
  readonly Rollout: Rollout;
  readonly SyncError: string;
  readonly Antecedent: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Automated: boolean;
  readonly Locked: boolean;
  readonly Ignore: boolean;
  readonly Policies: Readonly<Record<string, string>>;
}

/** A workload's images, as `/v6/images` and `/v10/images` list them. */
export interface ImageStatus {
  readonly ID: string;
  readonly Containers: readonly Container[] | null;
}

export interface Cause {
  readonly Message: string;
  readonly User: string;
}

export interface ContainerUpdate {
  readonly Container: string;
  readonly Current: string;
  readonly Target: string;
}

export interface WorkloadResult {
  readonly Status: 'success' | 'failed' | 'skipped' | 'ignored' | 'unknown';
  readonly Error?: string;
  readonly PerContainer: readonly ContainerUpdate[] | null;
}

/** Body of `/v9/update-manifests`; the type of `spec` goes by `type`. */
export interface UpdateSpec {
  readonly type: 'image' | 'containers' | 'policy' | 'auto' | 'sync';
  readonly cause: Cause;
  readonly spec: unknown;
}

export interface JobStatus {
  readonly Result: {
    readonly revision?: string;
    readonly spec?: UpdateSpec;
    readonly result?: Readonly<Record<string, WorkloadResult>>;
  };
  readonly Err: string;
  readonly StatusString: 'queued' | 'running' | 'failed' | 'succeeded';
}

export interface Fingerprint {
  readonly hash: string;
  readonly randomart: string;
}

export interface PublicSshKey {
  /** One line in the format of `authorized_keys`, with its newline; empty when there is none. */
  readonly key: string;
  readonly fingerprints: { readonly md5: Fingerprint; readonly sha256: Fingerprint } | null;
}

export interface GitConfig {
  readonly remote: { readonly url: string; readonly branch: string; readonly path: string };
  readonly publicSSHKey: PublicSshKey;
  readonly status: 'unconfigured' | 'new' | 'unreachable' | 'cloned' | 'ready';
  readonly errors: string;
}

export interface ErrorBody {
  readonly type: 'missing' | 'user' | 'server';
  readonly help: string;
  readonly error?: string;
}

/** What became of one object of a pass; `GET /v12/status`. */
export interface SyncOutcome {
  readonly id: string;
  readonly apiVersion: string;
  readonly action:
    | 'created'
    | 'configured'
    | 'unchanged'
    | 'deleted'
    | 'ignored'
    | 'excluded'
    | 'failed'
    | 'warned';
  readonly source: { readonly path: string; readonly line: number; readonly document: number } | null;
  readonly error: { readonly message: string; readonly field: string } | null;
}

export interface PassStatus {
  readonly revision: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Why the pass did not come to its end; empty when it did. */
  readonly error: string;
  /** How many objects had which action. */
  readonly counts: Readonly<Record<string, number>>;
  /** Failures and warnings; all with `?outcomes=all`. */
  readonly outcomes: readonly SyncOutcome[];
}

export interface SourceStatus {
  readonly name: string;
  readonly url: string;
  readonly branch: string;
  readonly paths: readonly string[];
  readonly state: GitConfig['status'];
  readonly error: string;
  /** Head of the branch as last fetched; empty before. */
  readonly head: string;
  readonly lastPass: PassStatus | null;
  /** When what failed is tried again; RFC 3339, empty when nothing is to be retried. */
  readonly retryAt: string;
  /** What the daemon is doing for this source just now, as `applying 120 of 300 objects`; empty when idle. */
  readonly doing: string;
  /**
   * Jobs of type `sync` whose pass has ended, newest first, at most 100. `lastPass` is that pass or a
   * later one, and what failed in it and still fails is among its outcomes.
   */
  readonly answeredJobs: readonly string[];
}

/** `GET /v12/status`. */
export interface DaemonStatus {
  readonly version: string;
  readonly sources: readonly SourceStatus[];
  readonly queue: { readonly length: number; readonly running: string };
}
