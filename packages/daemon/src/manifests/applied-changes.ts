import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Commit, CommitSha } from '../git/repository.ts';
import type { Manifest } from './manifest.ts';
import type { NamedImage } from './named-image.ts';

/** What a pass brought from git to the cluster, for those who look after it. */
export interface AppliedChanges {
  readonly revision: CommitSha;
  /** Since the pass before, newest first. */
  readonly commits: readonly Commit[];
  /** Of these commits. */
  readonly notes: ReadonlyMap<CommitSha, string>;
  /** The first pass of this process: what others began may be under way. */
  readonly isFirst: boolean;
  /** Applied before and now, with another definition; which of them failed is told elsewhere. */
  readonly changed: readonly ChangedObject[];
  /** Of an object that git wants in the cluster. */
  manifestOf(id: ResourceId): Manifest | undefined;
  /** All of these. */
  all(): Iterable<DefinedObject>;
}

export interface DefinedObject {
  readonly id: ResourceId;
  readonly manifest: Manifest;
  /** Of a workload. */
  images(signal: AbortSignal): Promise<readonly NamedImage[] | undefined>;
}

export interface ChangedObject extends DefinedObject {
  imagesBefore(signal: AbortSignal): Promise<readonly NamedImage[] | undefined>;
}
