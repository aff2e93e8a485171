import type { MissingError } from '@fluxctl/shared/errors';
import type { ImageName } from '@fluxctl/shared/images/image-ref';
import type { TagPattern } from '@fluxctl/shared/policy/tag-pattern';
import type { Timestamp } from '@fluxctl/shared/timestamp';
import type { Logins } from './credentials/logins.ts';

/** What is known of the images that workloads use; read without waiting, filled by scans. */
export interface ImageRegistry {
  /** All spellings of a name (`alpine`, `docker.io/library/alpine`) give the same. */
  imagesOf(name: ImageName): RepositoryImages;
  /**
   * Fetches now what a decision about these tags lacks, ahead of the scans.
   * @param tags - those that matter; of what is listed
   * @returns what is known then; tags that could not be fetched stay `unseen`
   * @throws {FluxError} when there is no way to ask at all: a login that cannot be had
   */
  fetchTags(name: ImageName, tags: readonly string[], signal: AbortSignal): Promise<RepositoryImages>;
  /** Calls after each scan that found something new; the function that it gives ends that. */
  watch(listener: (change: ImageChange) => void): () => void;
  /**
   * Scans this repository before all others.
   * @returns false when no workload uses it, so that no credentials are known
   */
  scanNext(name: ImageName): boolean;
  /** By canonical name. */
  status(): readonly RepositoryStatus[];
}

export type RepositoryImages =
  | ScannedRepository
  /** Not scanned yet, or never with success; the error is in Flux v1's words, its cause that of the last scan. */
  | { readonly state: 'unknown'; readonly error: MissingError };

export interface ScannedRepository {
  readonly state: 'scanned';
  /** All that the registry lists, in its order. */
  readonly tags: readonly string[];
  readonly scannedAt: Timestamp;
  /** The same object as before: the tags, and what is known of each, are the same too. */
  readonly version: object;
  tag(tag: string): TagState;
  /** The tags whose facts are known. */
  images(): readonly ImageInfo[];
}

export type TagState =
  | { readonly state: 'known'; readonly image: ImageInfo }
  /** Never to be taken: nothing in it for the platforms of the cluster. */
  | { readonly state: 'excluded'; readonly reason: string }
  /** Listed, but the registry has no manifest for it. */
  | { readonly state: 'missing' }
  /** Listed; no decision needed its facts so far, or they could not be fetched yet. */
  | { readonly state: 'unseen' }
  | { readonly state: 'unlisted' };

/** What a tag means. */
export interface ImageInfo {
  readonly tag: string;
  /** When it was built, or what its labels say where they are to be believed; zero when unknown. */
  readonly createdAt: Timestamp;
  /** What the tag names: of an index its own digest. This one belongs behind `@` in a manifest. */
  readonly tagDigest: string;
  /** Of the manifest for the cluster's platform, as in Flux v1; empty for an old image of many. */
  readonly digest: string;
  /** Digest of the image's configuration; empty for an old image of many. */
  readonly imageId: string;
  /** The two that tell a build time; other labels are not kept. */
  readonly labels: Readonly<Record<string, string>>;
  readonly lastFetched: Timestamp;
}

export interface ImageChange {
  /** Canonical: `index.docker.io/library/alpine`. */
  readonly repository: string;
  /** Tags that were not listed before. */
  readonly added: readonly string[];
  /** Tags that mean another image than before, or whose facts are known now. */
  readonly changed: readonly string[];
}

/** Where one repository stands. */
export interface RepositoryStatus {
  readonly repository: string;
  /** Zero: not yet. */
  readonly lastScan: Timestamp;
  readonly nextScan: Timestamp;
  readonly tags: number;
  /** Tags whose facts are known. */
  readonly images: number;
  /** Empty: the last scan went well. */
  readonly error: string;
  /** What to do about the error. */
  readonly help: string;
  /** What the host lets us fetch, where it tells. */
  readonly quota: Quota | undefined;
}

export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** In seconds. */
  readonly window: number;
}

/** What the workloads need to know of one repository. */
export interface ImageNeed {
  readonly name: ImageName;
  /** Tags that run now: their times are told beside those of their successors. */
  readonly current: readonly string[];
  /** By which of them something is decided without being asked: of automated containers. */
  readonly patterns: readonly NeededPattern[];
  /** Pull secrets; those of the daemon itself come on top. */
  readonly logins: Logins;
}

export interface NeededPattern extends TagPattern {
  /** Left out where it is the usual one: by version for a range of versions, else by build time. */
  readonly order?: NeededOrder;
}

/** By what the newest of the tags is told that a pattern lets through. */
export interface NeededOrder {
  /** The same name and the same pattern mean the same order. */
  readonly name: string;
  /**
   * Where the tags alone tell it, as their numbers do: the one that would be taken, so that no other has to be
   * fetched. Left out where build times decide.
   */
  newest?(tags: readonly string[]): string | undefined;
}

/** Asks the cluster's side which images are in use. */
export type ImageNeeds = (signal: AbortSignal) => Promise<readonly ImageNeed[]>;
