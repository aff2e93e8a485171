import { setTimeout as sleep } from 'node:timers/promises';
import type { Quota } from '../image-registry.ts';
import { RateLimitedError } from './registry-error.ts';

export interface BudgetLimits {
  /** Requests a second, when the host has no objections. */
  readonly rps: number;
  /** Requests at once, and how many may follow each other without a pause. */
  readonly burst: number;
}

/** How much of a host we may use; it shrinks when the host complains. */
export interface HostBudget {
  /**
   * Waits for its turn, does the request, and makes room for the next.
   * @throws {RateLimitedError} at once, when the host asked to be left alone for longer than a moment
   */
  spend<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** The host asked for fewer requests; how long it is left alone grows when it does not say. */
  refused(retryAfterMs: number | undefined): void;
  /** The host answered. */
  accepted(): void;
  /** A scan met refusals: half the rate from now on, once for all that were refused since the last time. */
  reduce(): void;
  /** A scan went through: more again, some time after the last reduction. */
  grow(): void;
  /** Requests a second at present. */
  rate(): number;
  /** In milliseconds since 1970; in the past when nothing is held back. */
  pausedUntil(): number;
  /** What the host's answers told of the quota of pulls. */
  quota(): Quota | undefined;
  noteQuota(quota: Quota): void;
}

const slowestRate = 0.1;
const growth = 1.5;
const calmMs = 1_200_000;
const longestWaitMs = 5_000;
const firstPauseMs = 1_000;
const longestPauseMs = 3_600_000;

/** @param now - in milliseconds since 1970 */
export function createHostBudget(host: string, limits: BudgetLimits, now: () => number): HostBudget {
  const burst = Math.max(1, limits.burst);
  let rate = Math.max(slowestRate, limits.rps);
  let tokens = burst;
  let filledAt = now();
  let running = 0;
  let pausedUntil = 0;
  let refusals = 0;
  let complained = false;
  let reducedAt = Number.NEGATIVE_INFINITY;
  let quota: Quota | undefined;
  const waiting: (() => void)[] = [];

  const fill = (): void => {
    const at = now();
    tokens = Math.min(burst, tokens + ((at - filledAt) / 1000) * rate);
    filledAt = at;
  };

  /** A place among those that run at once; given on in the order of asking. */
  const place = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (running < burst) {
      running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(turn);
    });
  };

  const leavePlace = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  const token = async (signal: AbortSignal): Promise<void> => {
    const pause = pausedUntil - now();
    if (pause > longestWaitMs) throw new RateLimitedError(host, pause);
    fill();
    // Debts are allowed: each waits for its own share, so that nobody waits twice.
    tokens -= 1;
    const waitMs = Math.max(pause, tokens < 0 ? (-tokens / rate) * 1000 : 0);
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  };

  return {
    async spend(request, signal) {
      await place(signal);
      try {
        await token(signal);
        return await request();
      } finally {
        leavePlace();
      }
    },
    refused(retryAfterMs) {
      const own = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(refusals, 12));
      refusals += 1;
      complained = true;
      const pause = Math.min(longestPauseMs, retryAfterMs ?? own);
      pausedUntil = Math.max(pausedUntil, now() + pause);
    },
    accepted() {
      refusals = 0;
    },
    reduce() {
      if (!complained) return;
      complained = false;
      rate = Math.max(slowestRate, rate / 2);
      reducedAt = now();
    },
    grow() {
      if (rate < limits.rps && now() - reducedAt >= calmMs) rate = Math.min(limits.rps, rate * growth);
    },
    rate: () => rate,
    pausedUntil: () => pausedUntil,
    quota: () => quota,
    noteQuota(told) {
      quota = told;
    },
  };
}
