import type { Quota } from '../image-registry.ts';
import type { Answer } from './exchange.ts';

type Headers = Pick<Answer, 'header'>;

/**
 * How long to wait, in milliseconds: seconds, or a date.
 * @param now - in milliseconds since 1970
 */
export function readRetryAfter(answer: Headers, now: number): number | undefined {
  const text = answer.header('retry-after')?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Docker Hub's `ratelimit-limit: 100;w=21600` and `ratelimit-remaining: 76;w=21600`. */
export function readQuota(answer: Headers): Quota | undefined {
  const limit = /^(\d+)(?:;w=(\d+))?/.exec(answer.header('ratelimit-limit') ?? '');
  const remaining = /^(\d+)/.exec(answer.header('ratelimit-remaining') ?? '');
  if (!limit || !remaining) return undefined;
  return { limit: Number(limit[1]), remaining: Number(remaining[1]), window: Number(limit[2] ?? 0) };
}

/**
 * Path and query of the next page, from `Link: </v2/…>; rel="next"`. The origin is left out: behind a
 * proxy many a registry names its inner one, and credentials must not go anywhere else.
 */
export function readNextPage(answer: Pick<Answer, 'header' | 'url'>): string | undefined {
  const header = answer.header('link');
  if (header === undefined) return undefined;
  for (const [, target = '', parameters = ''] of header.matchAll(/<([^>]*)>([^,<]*)/g)) {
    if (!/;\s*rel\s*=\s*"?[^"]*\bnext\b/i.test(parameters) || !URL.canParse(target, answer.url.href))
      continue;
    const { pathname, search } = new URL(target, answer.url.href);
    return pathname + search;
  }
  return undefined;
}
