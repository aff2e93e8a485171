import type { BlobId } from '../git/repository.ts';
import type { Facts } from './object-facts.ts';

/** Objects whose facts are remembered beyond those of the latest load. */
const maxSpareObjects = 20_000;

/**
 * Remembers what blobs hold, so that a sync after a commit of one file parses one file. Least recently
 * used blobs go first; those of the load in hand never do.
 */
export class ParseCache {
  readonly #facts = new Map<BlobId, Facts>();
  #objects = 0;

  get(blob: BlobId): Facts | undefined {
    const facts = this.#facts.get(blob);
    if (facts === undefined) return undefined;
    this.#facts.delete(blob);
    this.#facts.set(blob, facts);
    return facts;
  }

  set(blob: BlobId, facts: Facts): void {
    if (this.#facts.has(blob)) return;
    this.#facts.set(blob, facts);
    this.#objects += weightOf(facts);
  }

  /** Forgets what is too much, but nothing that is `inUse`. */
  trim(inUse: ReadonlySet<BlobId>): void {
    let used = 0;
    for (const blob of inUse) used += weightOf(this.#facts.get(blob));
    for (const [blob, facts] of this.#facts) {
      if (this.#objects - used <= maxSpareObjects) return;
      if (inUse.has(blob)) continue;
      this.#facts.delete(blob);
      this.#objects -= weightOf(facts);
    }
  }
}

function weightOf(facts: Facts | undefined): number {
  return facts === undefined ? 0 : 1 + facts.objects.length + facts.problems.length;
}
