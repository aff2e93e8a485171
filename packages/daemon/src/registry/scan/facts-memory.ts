import type { FetchedTag } from '../distribution/image-source.ts';

/**
 * What digests mean whose tags are gone, so that tags that come back (a registry that lost its list for a
 * moment, a tag that moves to and fro) cost nothing. Bounded; the oldest go first.
 */
export class FactsMemory {
  readonly #byDigest = new Map<string, FetchedTag>();
  readonly #most: number;

  constructor(most = 20_000) {
    this.#most = most;
  }

  get(tagDigest: string): FetchedTag | undefined {
    return this.#byDigest.get(tagDigest);
  }

  put(fetched: FetchedTag): void {
    const { tagDigest } = fetched;
    if (tagDigest === '') return;
    this.#byDigest.delete(tagDigest);
    this.#byDigest.set(tagDigest, fetched);
    const oldest = this.#byDigest.keys().next().value;
    if (this.#byDigest.size > this.#most && oldest !== undefined) this.#byDigest.delete(oldest);
  }
}
