import type { BlobId } from '../git/repository.ts';
import type { Facts } from './object-facts.ts';

/** Objects whose facts are remembered beyond those of the latest load. */
const maxSpareObjects = 20_000;

/** What a blob holds. */
export interface ParsedBlob<Located> {
  readonly facts: Facts;
  /** The same at the path at which the blob was last seen. */
  located: Located | undefined;
}

/**
 * Remembers what blobs hold, so that a sync after a commit of one file parses one file. What was read
 * first goes first; what the load in hand needs never does.
 */
export class ParseCache<Located> {
  readonly #blobs = new Map<BlobId, ParsedBlob<Located>>();
  #weight = 0;

  has(blob: BlobId): boolean {
    return this.#blobs.has(blob);
  }

  get(blob: BlobId): ParsedBlob<Located> | undefined {
    return this.#blobs.get(blob);
  }

  set(blob: BlobId, facts: Facts): void {
    if (this.#blobs.has(blob)) return;
    this.#blobs.set(blob, { facts, located: undefined });
    this.#weight += weightOf(facts);
  }

  /** Forgets what is too much, but nothing that is `inUse`. */
  trim(inUse: Iterable<BlobId>): void {
    if (this.#weight <= maxSpareObjects) return;
    const kept = new Set(inUse);
    let spare = this.#weight;
    for (const blob of kept) {
      const parsed = this.#blobs.get(blob);
      if (parsed) spare -= weightOf(parsed.facts);
    }
    for (const [blob, { facts }] of this.#blobs) {
      if (spare <= maxSpareObjects) return;
      if (kept.has(blob)) continue;
      this.#blobs.delete(blob);
      this.#weight -= weightOf(facts);
      spare -= weightOf(facts);
    }
  }
}

function weightOf({ objects, problems }: Facts): number {
  return 1 + objects.length + problems.length;
}
