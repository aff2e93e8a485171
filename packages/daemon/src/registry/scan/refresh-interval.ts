const minute = 60_000;
const hour = 60 * minute;
const shortestMs = 5 * minute;
const longestMs = 7 * 24 * hour;

/** What the registry said when it was asked again about a tag. */
export type RefreshOutcome = 'new' | 'same' | 'changed' | 'excluded' | 'missing';

/**
 * How long until a tag is looked at again, in milliseconds: what never changes is asked about ever more
 * seldom, as in Flux v1.
 * @param previousMs - the interval before this look; undefined when it is not known
 */
export function refreshInterval(outcome: RefreshOutcome, previousMs: number | undefined): number {
  const previous = previousMs ?? shortestMs;
  switch (outcome) {
    case 'new':
      return hour;
    case 'excluded':
      return 24 * hour;
    // It may be on its way: a tag is listed as soon as it is pushed.
    case 'missing':
      return bounded(previousMs === undefined ? shortestMs : previous * 2);
    case 'same':
      return bounded(previous * 2);
    case 'changed':
      return bounded(previous / 2);
    default:
      return outcome satisfies never;
  }
}

function bounded(ms: number): number {
  return Math.min(longestMs, Math.max(shortestMs, ms));
}
