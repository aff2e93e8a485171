import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paced } from './paced.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('acts once for many who ask, a moment later, and not again before its pause is over', () => {
  let acts = 0;
  const ask = paced(() => (acts += 1), { gatherMs: 10, pauseMs: 100 }, Date.now);
  const after = (ms: number): number => {
    vi.advanceTimersByTime(ms);
    return acts;
  };
  ask();
  ask();
  expect([after(9), after(1), after(50)]).toEqual([0, 1, 1]);
  ask();
  ask();
  expect([after(49), after(1), after(500)]).toEqual([1, 2, 2]);
  ask();
  expect(after(10)).toBe(3);
});
