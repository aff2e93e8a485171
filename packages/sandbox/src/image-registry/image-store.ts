import { isDigest } from './digest.ts';
import { RegistryError } from './registry-error.ts';

export interface StoredManifest {
  /** Of the bytes; of what is signed, with schema 1. */
  readonly digest: string;
  readonly type: string;
  readonly bytes: Buffer;
}

interface Repository {
  readonly tags: Map<string, string>;
  readonly manifests: Map<string, StoredManifest>;
  readonly blobs: Set<string>;
  /** In order; undefined when a tag came or went since. */
  sortedTags: readonly string[] | undefined;
}

/** Everything that a registry keeps, in memory. Blobs are kept once, and seen where they were pushed or mounted. */
export class ImageStore {
  readonly #repositories = new Map<string, Repository>();
  readonly #blobs = new Map<string, Buffer>();

  /** Names in order. */
  repositories(): readonly string[] {
    return [...this.#repositories.keys()].sort();
  }

  /** In order, as bytes. @throws {RegistryError} NAME_UNKNOWN */
  tags(name: string): readonly string[] {
    const repository = this.#repository(name);
    repository.sortedTags ??= [...repository.tags.keys()].sort();
    return repository.sortedTags;
  }

  /** @throws {RegistryError} MANIFEST_UNKNOWN, also where there is no such repository, as the real ones */
  manifest(name: string, reference: string): StoredManifest {
    const repository = this.#repositories.get(name);
    const digest = isDigest(reference) ? reference : repository?.tags.get(reference);
    const found = digest === undefined ? undefined : repository?.manifests.get(digest);
    if (found) return found;
    const detail = isDigest(reference) ? { digest: reference } : { Tag: reference };
    throw new RegistryError('MANIFEST_UNKNOWN', { detail });
  }

  hasManifest(name: string, digest: string): boolean {
    return this.#repositories.get(name)?.manifests.has(digest) === true;
  }

  putManifest(name: string, manifest: StoredManifest): void {
    this.#create(name).manifests.set(manifest.digest, manifest);
  }

  /** Its tags go with it. */
  deleteManifest(name: string, digest: string): void {
    this.manifest(name, digest);
    const repository = this.#repository(name);
    repository.manifests.delete(digest);
    for (const [tag, marked] of repository.tags) if (marked === digest) repository.tags.delete(tag);
    repository.sortedTags = undefined;
  }

  /** Makes tags mean what a tag or a digest means now. */
  tag(name: string, tags: Iterable<string>, reference: string): void {
    const { digest } = this.manifest(name, reference);
    const repository = this.#repository(name);
    for (const tag of tags) repository.tags.set(tag, digest);
    repository.sortedTags = undefined;
  }

  untag(name: string, tag: string): void {
    const repository = this.#repository(name);
    if (!repository.tags.delete(tag)) throw new RegistryError('MANIFEST_UNKNOWN', { detail: { Tag: tag } });
    repository.sortedTags = undefined;
  }

  /** @throws {RegistryError} BLOB_UNKNOWN */
  blob(name: string, digest: string): Buffer {
    const isSeen = this.#repositories.get(name)?.blobs.has(digest);
    const bytes = isSeen ? this.#blobs.get(digest) : undefined;
    if (!bytes) throw new RegistryError('BLOB_UNKNOWN', { detail: digest });
    return bytes;
  }

  hasBlob(name: string, digest: string): boolean {
    return this.#repositories.get(name)?.blobs.has(digest) === true;
  }

  /** @param digest - that of the bytes, by any algorithm */
  putBlob(name: string, bytes: Buffer, digest: string): void {
    this.#blobs.set(digest, bytes);
    this.#create(name).blobs.add(digest);
  }

  /** @returns whether `from` has it */
  mountBlob(name: string, digest: string, from: string): boolean {
    if (!this.hasBlob(from, digest)) return false;
    this.#create(name).blobs.add(digest);
    return true;
  }

  deleteBlob(name: string, digest: string): void {
    this.blob(name, digest);
    this.#repository(name).blobs.delete(digest);
  }

  deleteRepository(name: string): void {
    this.#repositories.delete(name);
  }

  #repository(name: string): Repository {
    const found = this.#repositories.get(name);
    if (!found) throw new RegistryError('NAME_UNKNOWN', { detail: { name } });
    return found;
  }

  #create(name: string): Repository {
    const known = this.#repositories.get(name);
    if (known) return known;
    const made: Repository = {
      tags: new Map(),
      manifests: new Map(),
      blobs: new Set(),
      sortedTags: undefined,
    };
    this.#repositories.set(name, made);
    return made;
  }
}
