import { FluxError } from '@fluxctl/shared/errors';
import { type Clock, systemClock } from './clock.ts';

/** The daemon was asked often enough: what was awaited did not happen in time. */
export class TimeoutError extends FluxError {
  readonly type = 'server';

  constructor() {
    super('timeout');
  }
}

/** Delays between the calls: the first, doubling up to the longest. In milliseconds. */
export interface Pace {
  readonly firstMs: number;
  readonly maxMs: number;
}

export interface PollOptions {
  readonly pace: Pace;
  /** With 0 there is no call at all, as in Flux v1. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly clock?: Clock;
}

/**
 * Calls at once, and again after each delay, until there is a result.
 * @param look - undefined: not yet
 * @throws {TimeoutError} already when the next call would be too late
 */
export async function poll<T>(
  { pace, timeoutMs, signal, clock = systemClock }: PollOptions,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const end = clock.now() + timeoutMs;
  for (let delay = pace.firstMs; clock.now() < end; delay = Math.min(delay * 2, pace.maxMs)) {
    const found = await look();
    if (found !== undefined) return found;
    if (clock.now() + delay > end) break;
    await clock.sleep(delay, signal);
  }
  throw new TimeoutError();
}
