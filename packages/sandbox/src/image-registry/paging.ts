import { RegistryError } from './registry-error.ts';

export interface TagPage {
  readonly tags: readonly string[];
  /** Query of the page behind it; undefined on the last one. */
  readonly next: string | undefined;
}

export interface PageLimits {
  /** Results when the client does not say; undefined for all. */
  readonly usual: number | undefined;
  /** Never more than these; undefined for any number. */
  readonly most: number | undefined;
}

/**
 * One page of a sorted list, after the tag `last`, which need not exist any more.
 * @throws {RegistryError} PAGINATION_NUMBER_INVALID for an `n` that is no number of results
 */
export function pageOf(sorted: readonly string[], query: URLSearchParams, limits: PageLimits): TagPage {
  const asked = query.get('n');
  if (asked !== null && !/^[0-9]+$/.test(asked)) {
    throw new RegistryError('PAGINATION_NUMBER_INVALID', { detail: { n: asked } });
  }
  const wanted = asked === null ? limits.usual : Number(asked);
  const size = Math.min(wanted ?? Number.POSITIVE_INFINITY, limits.most ?? Number.POSITIVE_INFINITY);
  const last = query.get('last');
  const start = last === null ? 0 : indexAfter(sorted, last);
  const tags = sorted.slice(start, start + size);
  const end = tags.at(-1);
  if (end === undefined || start + tags.length >= sorted.length) return { tags, next: undefined };
  return { tags, next: new URLSearchParams({ last: end, n: String(size) }).toString() };
}

/** Where the entries begin that are greater than `last`. */
function indexAfter(sorted: readonly string[], last: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}
