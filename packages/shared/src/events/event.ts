import type { RolloutRecord, UpdateSpec, WorkloadResult } from '../api/types.ts';
import type { ResourceId } from '../resource/resource-id.ts';

/** Something that happened, as Flux v1 writes it: the JSON of events, member by member. */
export type FluxEvent = {
  readonly id: number;
  readonly serviceIDs: readonly ResourceId[] | null;
  /** RFC 3339 in UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** Takes the place of the text that the type would give. */
  readonly message?: string;
} & EventDetail;

export type EventDetail =
  | { readonly type: 'sync'; readonly metadata: SyncMetadata }
  | { readonly type: 'commit'; readonly metadata: CommitMetadata }
  | { readonly type: 'release'; readonly metadata: ReleaseMetadata }
  | { readonly type: 'autorelease'; readonly metadata: AutoReleaseMetadata }
  /** Ours: how new images came to run. */
  | { readonly type: 'rollout'; readonly metadata: RolloutRecord };

/** What a range of commits brought, besides plain changes. */
export const includable = ['release', 'autorelease', 'update_policy', 'other'] as const;
export type Includable = (typeof includable)[number];

export interface SyncMetadata {
  /** Newest first. */
  readonly commits?: readonly { readonly revision: string; readonly message: string }[];
  readonly includes?: Partial<Readonly<Record<Includable, true>>>;
  readonly errors?: readonly { readonly ID: string; readonly Path: string; readonly Error: string }[];
  readonly initialSync?: true;
}

export interface CommitMetadata {
  readonly revision?: string;
  readonly spec: UpdateSpec | null;
  readonly result?: Readonly<Record<string, WorkloadResult>>;
}

export type ReleaseSpec =
  | {
      readonly Type: 'releaseImageSpecType';
      readonly ReleaseImageSpec: unknown;
      readonly ReleaseContainersSpec: null;
    }
  | {
      readonly Type: 'releaseContainersSpecType';
      readonly ReleaseImageSpec: null;
      readonly ReleaseContainersSpec: unknown;
    };

export interface ReleaseMetadata {
  readonly Revision: string;
  readonly result: Readonly<Record<string, WorkloadResult>> | null;
  readonly error?: string;
  readonly spec: ReleaseSpec;
  readonly cause: { readonly Message: string; readonly User: string };
}

export interface AutoReleaseMetadata {
  readonly Revision: string;
  readonly result: Readonly<Record<string, WorkloadResult>> | null;
  readonly error?: string;
  readonly spec: unknown;
}
