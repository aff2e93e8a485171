import { setTimeout as wait } from 'node:timers/promises';

/** Time as an input, so that waiting can be tested without waiting. */
export interface Clock {
  /** Milliseconds since some fixed instant. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { signal });
  },
};
