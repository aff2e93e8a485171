import { setTimeout as sleep } from 'node:timers/promises';
import { ApiStatusError, isTransient } from './api-error.ts';

export interface RetryOptions {
  readonly attempts: number;
  /** Longest wait between two tries. */
  readonly capMs: number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Before each wait. */
  readonly onRetry?: (error: unknown) => void;
}

/** Does it again while the failure is one that may pass; a `Retry-After` is waited for, up to the cap. */
export async function withRetries<T>(task: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await task();
    } catch (error) {
      options.signal.throwIfAborted();
      if (attempt >= options.attempts || !isTransient(error)) throw error;
      options.onRetry?.(error);
      const asked = error instanceof ApiStatusError ? (error.retryAfterMs ?? 0) : 0;
      const own = retryDelay(attempt, options.capMs, options.random);
      await sleep(Math.min(options.capMs, asked + own), undefined, { signal: options.signal });
    }
  }
}

/** Wait before try `attempt + 1`, in ms: doubled each time, half of it by chance, never above the cap. */
export function retryDelay(attempt: number, capMs: number, random: () => number): number {
  const full = Math.min(capMs, 200 * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}
