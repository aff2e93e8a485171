import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

const stopped = new Error('stopped');

it('gives what the work gives, or why it failed', async () => {
  const { signal } = new AbortController();
  expect(await untilAborted(Promise.resolve(1), signal)).toBe(1);
  await expect(untilAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
});

it.each(['before', 'while'])(
  'ends with the signal, aborted %s it waits; what fails later ends nothing',
  async (when) => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): number => unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const control = new AbortController();
      const work = Promise.withResolvers<void>();
      if (when === 'before') control.abort(stopped);
      const waiting = untilAborted(work.promise, control.signal);
      control.abort(stopped);
      await expect(waiting).rejects.toBe(stopped);
      work.reject(new Error('git is gone'));
      await turn();
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  },
);
