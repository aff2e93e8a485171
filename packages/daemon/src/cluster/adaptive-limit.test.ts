import { expect, it } from 'vitest';
import { createAdaptiveLimit } from './adaptive-limit.ts';

/** A task that ends when it is told to. */
function open() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { task: () => promise, end: resolve };
}

it('runs so many at a time, the others in order', async () => {
  const limit = createAdaptiveLimit(2, 2);
  const order: number[] = [];
  const gates = Array.from({ length: 4 }, open);
  const work = gates.map(({ task }, n) =>
    limit.run(async () => {
      order.push(n);
      await task();
    }),
  );
  expect(order).toEqual([0, 1]);
  gates[1]?.end();
  await work[1];
  expect(order).toEqual([0, 1, 2]);
  for (const { end } of gates) end();
  await Promise.all(work);
  expect(order).toEqual([0, 1, 2, 3]);
});

it('grows while there is more to do than room, up to its bound', async () => {
  const limit = createAdaptiveLimit(2, 5, () => 0);
  for (let n = 0; n < 100; n += 1) await limit.run(async () => undefined);
  expect(limit.size).toBe(2);
  await Promise.all(Array.from({ length: 100 }, () => limit.run(async () => undefined)));
  expect(limit.size).toBe(5);
});

it('runs fewer at a time when they take longer', async () => {
  let now = 0;
  const limit = createAdaptiveLimit(16, 16, () => now);
  const work = (ms: number) =>
    Array.from({ length: 200 }, () =>
      limit.run(async () => {
        now += ms;
      }),
    );
  await Promise.all(work(10));
  expect(limit.size).toBe(16);
  await Promise.all(work(50));
  expect(limit.size).toBeLessThan(12);
});

it('takes the news of one busy moment once, however many tell it', async () => {
  const limit = createAdaptiveLimit(16, 16);
  const gates = Array.from({ length: 16 }, open);
  const work = gates.map(({ task }) =>
    limit.run(async () => {
      await task();
      limit.shrink();
      throw new Error('busy');
    }),
  );
  for (const { end } of gates) end();
  await Promise.allSettled(work);
  expect(limit.size).toBe(8);
});

it('goes on with those that wait when a task fails', async () => {
  const limit = createAdaptiveLimit(1, 1);
  const failed = limit.run(async () => {
    throw new Error('no');
  });
  const next = limit.run(async () => 'yes');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
});

it('never stops altogether', async () => {
  const limit = createAdaptiveLimit(1, 4);
  for (let n = 0; n < 5; n += 1) limit.shrink();
  expect(await limit.run(async () => 'done')).toBe('done');
});
