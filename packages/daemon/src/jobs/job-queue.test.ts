import { UserError } from '@fluxctl/shared/errors';
import { expect, it, vi } from 'vitest';
import { createMetrics } from '../metrics/metrics.ts';
import { JobError } from './job-error.ts';
import { createJobQueue, type Job } from './job-queue.ts';

const quiet = { log: () => {}, with: () => quiet };
const open = (remembered = 100, timeoutMs = 1000) =>
  createJobQueue({ remembered, timeoutMs, metrics: createMetrics(), log: quiet });
const never = new AbortController().signal;
const succeed: Job = { type: 'sync', run: async () => ({ revision: 'abcdefg' }) };

it('[daemon 54] works off what was added, in turn, and then waits', async () => {
  const queue = open();
  const order: string[] = [];
  const job = (name: string): Job => ({
    type: name,
    run: async () => {
      order.push(name);
      return {};
    },
  });
  queue.add(job('one'));
  queue.add(job('two'));
  expect(queue.summary()).toEqual({ length: 2, running: '' });
  const stop = new AbortController();
  const running = queue.run(stop.signal, never);
  await vi.waitFor(() => expect(order).toEqual(['one', 'two']));
  queue.add(job('three'));
  await vi.waitFor(() => expect(order).toEqual(['one', 'two', 'three']));
  stop.abort();
  await running;
});

it('tells how a job stands, from queued to its end', async () => {
  const queue = open();
  const gate = Promise.withResolvers<void>();
  const id = queue.add({ type: 'sync', run: () => gate.promise.then(() => ({ revision: 'abcdefg' })) });
  const bad = queue.add({ type: 'sync', run: () => Promise.reject(new Error('no luck')) });
  expect(queue.status(id)?.StatusString).toBe('queued');
  const stop = new AbortController();
  const running = queue.run(stop.signal, never);
  expect(queue.status(id)?.StatusString).toBe('running');
  expect(queue.summary()).toEqual({ length: 1, running: `sync ${id}` });
  gate.resolve();
  await vi.waitFor(() =>
    expect(queue.status(bad)).toEqual({ Result: {}, Err: 'no luck', StatusString: 'failed' }),
  );
  expect(queue.status(id)).toEqual({ Result: { revision: 'abcdefg' }, Err: '', StatusString: 'succeeded' });
  stop.abort();
  await running;
});

it('remembers a hundred jobs, whatever they went through (v1 remembered about 33)', async () => {
  const queue = open(100);
  const ids = Array.from({ length: 120 }, () => queue.add(succeed));
  expect(queue.status(ids[0] ?? '')?.StatusString).toBe('queued');
  const stop = new AbortController();
  const running = queue.run(stop.signal, never);
  await vi.waitFor(() => expect(queue.status(ids[119] ?? '')?.StatusString).toBe('succeeded'));
  stop.abort();
  await running;
  const known = ids.filter((id) => queue.status(id) !== undefined);
  expect(known).toEqual(ids.slice(20));
});

it('tells how far a job got that failed, and keeps what was computed elsewhere', async () => {
  const queue = open(2);
  const result = { a: { Status: 'skipped', Error: 'locked', PerContainer: null } } as const;
  const cause = new UserError('no changes found', { help: 'see there' });
  const error = new JobError(cause, { result });
  expect(error).toMatchObject({ message: 'no changes found', help: 'see there', cause });
  const id = queue.add({ type: 'image', run: () => Promise.reject(error) });
  const stop = new AbortController();
  const running = queue.run(stop.signal, never);
  await vi.waitFor(() =>
    expect(queue.status(id)).toEqual({
      Result: { result },
      Err: 'no changes found',
      Help: 'see there',
      StatusString: 'failed',
    }),
  );
  const plans = [queue.remember({ result }), queue.remember({ plannedAt: 'abcdefg' })];
  expect(plans.map((plan) => queue.status(plan)?.Result)).toEqual([{ result }, { plannedAt: 'abcdefg' }]);
  expect(queue.status(plans[0] ?? '')).toMatchObject({ Err: '', StatusString: 'succeeded' });
  expect(queue.status(id)).toBeUndefined();
  stop.abort();
  await running;
});

it('gives up a job that takes too long', async () => {
  const queue = open(100, 5);
  const id = queue.add({
    type: 'sync',
    run: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  const stop = new AbortController();
  const running = queue.run(stop.signal, never);
  await vi.waitFor(() => expect(queue.status(id)?.Err).toBe('the job took longer than 0.005s'));
  stop.abort();
  await running;
});
