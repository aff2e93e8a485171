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

/** `spec` of an update of type `image`. */
export interface ImageUpdate {
  /** Ids of workloads, or `<all>`. */
  readonly ServiceSpecs: readonly string[];
  /** `repo:tag`, or `<all latest>`. */
  readonly ImageSpec: string;
  readonly Kind: 'plan' | 'execute';
  /** Ids of workloads. */
  readonly Excludes: readonly string[] | null;
  readonly Force: boolean;
}

/** `spec` of an update of type `containers`. */
export interface ContainersUpdate {
  readonly Kind: 'plan' | 'execute';
  /** By the workload's id; what runs now must be `Current`. */
  readonly ContainerSpecs: Readonly<Record<string, readonly ContainerUpdate[]>>;
  readonly SkipMismatches: boolean;
  readonly Force: boolean;
  /** Ours: the plan that this carries out. If it cannot, the job fails and says what moved since `Revision`. */
  readonly Plan?: { readonly ID: string; readonly Revision: string };
  /**
   * Ours: tags that automation is not to take again, by workload and container; written as
   * `fluxcd.io/hold.<container>` in the same commit.
   */
  readonly Holds?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** `spec` of an update of type `policy`, by the workload's id; the values in `remove` do not matter. */
export type PolicyUpdate = Readonly<
  Record<
    string,
    { readonly add: Readonly<Record<string, string>>; readonly remove: Readonly<Record<string, string>> }
  >
>;

/**
 * What a release would change, so that people can look at it before it is carried out: printed by
 * `fluxctl release --dry-run -o json`, carried out by `fluxctl release --plan`.
 */
export interface ReleasePlan {
  /** A digest of the rest, but for `result`. */
  readonly id: string;
  /** The head of the branch for which it was made; empty when the daemon does not tell. */
  readonly revision: string;
  readonly cause: Cause;
  readonly force: boolean;
  /** By the workload's id. */
  readonly updates: Readonly<Record<string, readonly ContainerUpdate[]>>;
  /** For people: what was not updated, and why. */
  readonly result: Readonly<Record<string, WorkloadResult>>;
}

export interface JobStatus {
  readonly Result: {
    readonly revision?: string;
    readonly spec?: UpdateSpec;
    /** Ours: also of a job that failed, where it got so far. */
    readonly result?: Readonly<Record<string, WorkloadResult>>;
    /** Ours, of a dry run: the commit for which it was computed. */
    readonly plannedAt?: string;
  };
  readonly Err: string;
  /** Ours, of a job that failed: what to do about it; left out where nothing is known. */
  readonly Help?: string;
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

/** How a new image came to run, from the commit that brought it. */
export interface RolloutRecord {
  readonly workload: string;
  /** The commit that changed the images. */
  readonly revision: string;
  readonly images: readonly ContainerUpdate[];
  /** RFC 3339 in UTC: when the commit was applied. */
  readonly startedAt: string;
  /** Empty while it is under way. */
  readonly endedAt: string;
  /** `superseded`: other images came before this was over. */
  readonly outcome: 'progressing' | 'succeeded' | 'failed' | 'superseded';
  /** Why it failed, or what is awaited; in the cluster's words. May be empty. */
  readonly message: string;
  /** The commit that brought the images before back; empty: there is none. */
  readonly rollback: string;
}

/** `GET /v12/status`. */
export interface DaemonStatus {
  readonly version: string;
  readonly sources: readonly SourceStatus[];
  readonly queue: { readonly length: number; readonly running: string };
  /** The latest of each workload, and with a rollback the rollout that it answers; the newest first, at most 20. */
  readonly rollouts: readonly RolloutRecord[];
}

/** A workload in `GET /v12/workloads?namespace=NS` (empty: all): what Flux v1's list has no place for. */
export interface WorkloadDetail {
  readonly id: string;
  /** Images that automation would write, were the workload automated and neither locked nor frozen. */
  readonly updates: readonly ContainerUpdate[];
  /** Of its latest image update. */
  readonly rollout: RolloutRecord | null;
  /** What stands against it now: it cannot be applied, or its rollout failed. Empty: nothing. */
  readonly error: string;
}

/** `GET /v12/registry`: how the watching of image registries goes. */
export interface RegistryStatus {
  /** False with `--registry-disable-scanning`. */
  readonly scanning: boolean;
  readonly repositories: readonly RepositoryScan[];
}

export interface RepositoryScan {
  /** Canonical: `index.docker.io/library/alpine`. */
  readonly repository: string;
  /** RFC 3339 in UTC; empty: not yet. */
  readonly lastScan: string;
  readonly nextScan: string;
  readonly tags: number;
  /** Tags whose facts are known. */
  readonly images: number;
  /** Why the last scan failed; empty when it did not. */
  readonly error: string;
  /** What to do about the error. */
  readonly help: string;
  /** What the registry lets us fetch, where it tells; `window` in seconds. */
  readonly quota: { readonly limit: number; readonly remaining: number; readonly window: number } | null;
}

/** What keeps a workload or a container from being updated, whichever image there may be. */
export const obstacleKinds = [
  'not-automated',
  'locked',
  'ignored',
  'frozen',
  'not-in-git',
  'read-only',
  'pinned',
  'bad-policy',
  'not-scanned',
  'registry',
] as const;

export interface Obstacle {
  readonly kind: (typeof obstacleKinds)[number];
  /** In words: `locked by Ann: release freeze`. */
  readonly reason: string;
  /** What would change it: `fluxctl unlock -w demo:deployment/hello`. May be empty. */
  readonly remedy: string;
}

/** Why an image is taken or passed over. */
export const candidateVerdicts = [
  'taken',
  'current',
  'older',
  'no-match',
  'excluded',
  'no-metadata',
  'too-young',
  'held',
] as const;

export interface ImageCandidate {
  readonly tag: string;
  /** RFC 3339 in UTC; empty when unknown. */
  readonly createdAt: string;
  readonly verdict: (typeof candidateVerdicts)[number];
  /** Further words: `until 2026-01-01T12:00:00Z`. May be empty. */
  readonly reason: string;
}

export interface ContainerExplanation {
  readonly name: string;
  /** As git has it. */
  readonly image: string;
  /** `semver:~1.0`; the default is `glob:*`. */
  readonly pattern: string;
  readonly order: 'created' | 'semver' | 'numeric' | 'alphabetical';
  /** The tag that automation would write now; empty: it leaves the image as it is. */
  readonly next: string;
  readonly obstacles: readonly Obstacle[];
  /** All tags that are known, in the order of the pattern, the newest first. */
  readonly candidates: readonly ImageCandidate[];
}

/** `GET /v12/explain?workload=ID`: why a workload was or was not updated. */
export interface WorkloadExplanation {
  readonly workload: string;
  readonly policies: Readonly<Record<string, string>>;
  /** Those of all its containers. */
  readonly obstacles: readonly Obstacle[];
  readonly containers: readonly ContainerExplanation[];
}
