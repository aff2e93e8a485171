import type { BlobId } from '../git/repository.ts';
import type { LocatedFile } from './located-file.ts';

/** Objects that are remembered beyond those of the latest load. */
const maxSpareObjects = 20_000;

/**
 * Remembers what blobs hold, so that a sync after a commit of one file parses one file. What was read
 * first goes first; what the load in hand needs never does.
 */
export class ParseCache {
  readonly #files = new Map<BlobId, LocatedFile>();
  #weight = 0;

  has(blob: BlobId): boolean {
    return this.#files.has(blob);
  }

  get(blob: BlobId): LocatedFile | undefined {
    return this.#files.get(blob);
  }

  set(blob: BlobId, file: LocatedFile): void {
    const before = this.#files.get(blob);
    this.#files.set(blob, file);
    this.#weight += weightOf(file) - (before === undefined ? 0 : weightOf(before));
  }

  /** Forgets what is too much, but nothing that is `inUse`. */
  trim(inUse: Iterable<BlobId>): void {
    if (this.#weight <= maxSpareObjects) return;
    const kept = new Set(inUse);
    let spare = this.#weight;
    for (const blob of kept) {
      const file = this.#files.get(blob);
      if (file) spare -= weightOf(file);
    }
    for (const [blob, file] of this.#files) {
      if (spare <= maxSpareObjects) return;
      if (kept.has(blob)) continue;
      this.#files.delete(blob);
      this.#weight -= weightOf(file);
      spare -= weightOf(file);
    }
  }
}

function weightOf({ manifests, problems }: LocatedFile): number {
  return 1 + manifests.length + problems.length;
}
