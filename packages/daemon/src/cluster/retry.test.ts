import { expect, it, vi } from 'vitest';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import { ApiStatusError, ApiUnreachableError } from './api-error.ts';
import { createOutage } from './outage.ts';
import { retryDelay, withRetries } from './retry.ts';

const silent = { log: () => undefined, with: () => silent };
const never = new AbortController().signal;

function ports() {
  let passed = 0;
  const outage = createOutage(() => performance.now() + passed, silent);
  const pass = (ms: number): void => {
    passed += ms;
  };
  return { random: () => 0, outage, pass };
}

/** Fails with each of the errors in turn, then answers. */
function failing(...errors: Error[]) {
  const left = [...errors];
  return vi.fn(async () => {
    const error = left.shift();
    if (error) throw error;
    return 'done';
  });
}

const busy = new ApiStatusError(429, { reason: 'TooManyRequests' });
const conflict = new ApiStatusError(409, { reason: 'Conflict' });
const schema = new ApiStatusError(500, { message: 'failed to create typed patch object (a/b): no' });
const refused = new ApiStatusError(422, { reason: 'Invalid' });
const cut = new ApiUnreachableError('cut');

it.each([
  { what: 'a busy server', errors: [busy, busy], calls: 3 },
  { what: 'a lost race', errors: [conflict], calls: 2 },
  { what: 'a cut connection', errors: [cut], calls: 2 },
])('tries again after $what', async ({ errors, calls }) => {
  const task = failing(...errors);
  expect(await withRetries(task, ports(), never)).toBe('done');
  expect(task).toHaveBeenCalledTimes(calls);
});

it.each([
  { what: 'what does not fit the schema, though it is told as a server fault', error: schema },
  { what: 'what is invalid', error: refused },
  { what: 'a mistake of ours', error: new TypeError('oops') },
])('does not try again: $what', async ({ error }) => {
  const task = failing(error);
  await expect(withRetries(task, ports(), never)).rejects.toBe(error);
  expect(task).toHaveBeenCalledTimes(1);
});

it('stops waiting when it is aborted', async () => {
  const stop = new AbortController();
  const task = failing(new ApiStatusError(429, {}, 30_000));
  const work = withRetries(task, ports(), stop.signal);
  setTimeout(() => stop.abort(new Error('enough')), 20);
  await expect(work).rejects.toThrow();
  expect(task).toHaveBeenCalledTimes(1);
});

it('fails at once when the server has been away for longer than is worth waiting for', async () => {
  const { pass, ...rest } = ports();
  rest.outage.unanswered(cut);
  pass(29_000);
  expect(rest.outage.unanswered(cut)).toBe(true);
  pass(990);
  expect(rest.outage.unanswered(cut)).toBe(true);
  pass(20);
  const task = failing(busy);
  await expect(withRetries(task, rest, never)).rejects.toBe(cut);
  expect(task).not.toHaveBeenCalled();
  // one looks now and then whether it is back
  pass(10_000);
  expect(await withRetries(failing(), rest, never)).toBe('done');
  expect(await withRetries(failing(), rest, never)).toBe('done');
});

it('lets one request look at a time while the server is away', async () => {
  const { pass: _, ...rest } = ports();
  rest.outage.unanswered(cut);
  const tasks = Array.from({ length: 20 }, () => failing());
  const work = Promise.all(tasks.map((task) => withRetries(task, rest, never)));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(tasks.filter((task) => task.mock.calls.length > 0)).toHaveLength(0);
  rest.outage.answered();
  expect(await work).toEqual(tasks.map(() => 'done'));
});

it('keeps room for others while it waits', async () => {
  const { pass: _, ...rest } = ports();
  const { run } = createAdaptiveLimit(1, 1);
  const waits = withRetries(failing(busy, busy), { ...rest, run }, never);
  const passes = withRetries(failing(), { ...rest, run }, never);
  expect(await Promise.race([waits.then(() => 'waits'), passes.then(() => 'passes')])).toBe('passes');
  await waits;
});

it.each([
  { attempt: 1, random: 0, ms: 100 },
  { attempt: 1, random: 1, ms: 200 },
  { attempt: 4, random: 0, ms: 800 },
  { attempt: 50, random: 1, ms: 5_000 },
])('waits $ms ms after try $attempt', ({ attempt, random, ms }) => {
  expect(retryDelay(attempt, 5_000, () => random)).toBe(ms);
});
