/**
 * How many requests a server is given at a time, as it answers them. After the "gradient" of Netflix's
 * concurrency limits: while answers come about as quickly as they ever did, there is room for more; when
 * they take longer, what is sent only waits in the server's queue.
 */
export interface Pace {
  /** How many may be under way. */
  readonly size: number;
  /**
   * A request was answered, while others waited for their turn.
   * @returns whether the pace fell, so that what is under way says nothing of the new one
   */
  answered(ms: number): boolean;
  /** The server is busy, or away. */
  halve(): void;
}

/** Answers that take so many times as long as the quickest did are no sign of a queue yet. */
const tolerance = 2;
/** After so many rounds one has a quarter of the requests, to show how quick the server is without a queue. */
const roundsUntilLook = 50;
/** A round is as many answers as there are requests under way, and at least so many. */
const smallestRound = 8;

export function createPace(start: number, most: number): Pace {
  let limit = start;
  let round: number[] = [];
  let rounds = 0;
  /** Of a round: the shortest in which half of the answers came, in milliseconds. */
  let quickest = Number.POSITIVE_INFINITY;
  /** What the limit is again after the look. */
  let looking: number | undefined;

  const set = (next: number): void => {
    limit = Math.min(most, Math.max(1, next));
    round = [];
  };

  return {
    get size() {
      return Math.floor(limit);
    },
    answered(ms) {
      round.push(ms);
      if (round.length < Math.max(smallestRound, limit)) return false;
      const typical = median(round);
      if (looking !== undefined) {
        // Longer, too: a server that has become slower for good would pass for one that has a queue.
        quickest = typical;
        set(looking);
        looking = undefined;
        return false;
      }
      rounds += 1;
      if (rounds % roundsUntilLook === 0) {
        looking = limit;
        set(limit / 4);
        return true;
      }
      quickest = Math.min(quickest, typical);
      const isQuick = typical <= tolerance * quickest;
      const gradient = isQuick ? 1 : Math.max(0.5, (tolerance * quickest) / typical);
      set(limit * gradient + Math.sqrt(limit));
      return false;
    },
    halve() {
      set((looking ?? limit) / 2);
      looking = undefined;
    },
  };
}

/** A few slow answers, as those that a webhook looks at, are no sign. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
