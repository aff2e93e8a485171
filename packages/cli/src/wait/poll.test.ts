import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { poll, TimeoutError } from './poll.ts';
import { commitPace } from './wait-for-commit.ts';
import { jobPace } from './wait-for-job.ts';

/** A clock on which sleeping takes no time; every look takes `lookMs`. */
function fakeClock(lookMs = 0) {
  let now = 5_000;
  const calls: number[] = [];
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      now += ms;
    },
  };
  const look = async (): Promise<undefined> => {
    calls.push((now - 5_000) / 1000);
    now += lookMs;
  };
  return { clock, calls, look };
}

const { signal } = new AbortController();

describe('poll', () => {
  it.each([
    { what: 'a job', pace: jobPace, timeoutMs: 60_000, at: [0, 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 11.3, 16.3] },
    { what: 'a commit', pace: commitPace, timeoutMs: 60_000, at: [0, 1, 3, 7, 15, 25, 35, 45, 55] },
  ])('looks for $what at the times of Flux v1', async ({ pace, timeoutMs, at }) => {
    const { clock, calls, look } = fakeClock();
    await expect(poll({ pace, timeoutMs, signal, clock }, look)).rejects.toThrow('timeout');
    expect(calls.slice(0, at.length)).toEqual(at);
  });

  it('gives up when the next look would be too late', async () => {
    const { clock, calls, look } = fakeClock();
    await expect(poll({ pace: jobPace, timeoutMs: 1_000, signal, clock }, look)).rejects.toThrow(
      TimeoutError,
    );
    expect(calls).toEqual([0, 0.1, 0.3, 0.7]);
  });

  it('does not look at all without time', async () => {
    const { clock, calls, look } = fakeClock();
    await expect(poll({ pace: jobPace, timeoutMs: 0, signal, clock }, look)).rejects.toThrow(TimeoutError);
    expect(calls).toEqual([]);
  });

  it('counts the time that looking takes', async () => {
    const { clock, calls, look } = fakeClock(600);
    await expect(poll({ pace: jobPace, timeoutMs: 1_000, signal, clock }, look)).rejects.toThrow(
      TimeoutError,
    );
    expect(calls).toEqual([0, 0.7]);
  });

  it('ends with the first result', async () => {
    const { clock, calls, look } = fakeClock();
    const found = poll({ pace: jobPace, timeoutMs: 60_000, signal, clock }, async () => {
      await look();
      return calls.length === 3 ? 'there' : undefined;
    });
    expect(await found).toBe('there');
  });

  it('ends with an error of the look, and with Ctrl-C', async () => {
    const { clock } = fakeClock();
    const failing = poll({ pace: jobPace, timeoutMs: 60_000, signal, clock }, () =>
      Promise.reject(new Error('away')),
    );
    await expect(failing).rejects.toThrow('away');
    const aborted = AbortSignal.abort(new Error('stopped'));
    const stopped = poll({ pace: jobPace, timeoutMs: 60_000, signal: aborted }, async () => undefined);
    await expect(stopped).rejects.toThrow();
  });
});
