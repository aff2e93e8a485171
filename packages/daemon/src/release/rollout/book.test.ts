import type { RolloutRecord } from '@fluxctl/shared/api/types';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { expect, it } from 'vitest';
import { createBook } from './book.ts';

const record = (name: string, revision: string): RolloutRecord => ({
  workload: `ns:deployment/${name}`,
  revision,
  images: [],
  startedAt: '',
  endedAt: '',
  outcome: 'failed',
  message: '',
  rollback: '',
});
const web = parseResourceId('ns:deployment/web');

it('the book keeps the latest of each workload, the newest first, and not too many', () => {
  const book = createBook(2);
  for (const one of [record('web', '1'), record('a', '2'), record('web', '3'), record('b', '4')])
    book.begin(one);
  expect(book.recent().map(({ revision }) => revision)).toEqual(['4', '3']);
  expect(book.latest(web)?.revision).toBe('3');
  expect(book.latest(parseResourceId('ns:deployment/a'))).toBeUndefined();
});

it('the book keeps what a rollback answers beside it, until something else comes', () => {
  const book = createBook(10);
  const [failed, answer] = [record('web', '1'), record('web', '2')];
  book.begin(failed);
  book.begin(answer, failed);
  const told = { ...failed, rollback: '2' };
  book.change(failed, told);
  expect(book.recent()).toEqual([answer, told]);
  expect(book.latest(web)).toBe(answer);
  const next = record('web', '3');
  book.begin(next);
  book.change(answer, { ...answer, message: 'too late' });
  expect(book.recent()).toEqual([next]);
});

it('the book keeps what was overtaken beside what overtook it: somebody may wait for that', () => {
  const book = createBook(10);
  const overtaken: RolloutRecord = { ...record('web', '1'), outcome: 'superseded' };
  const [next, last] = [record('web', '2'), record('web', '3')];
  book.begin(overtaken);
  book.begin(next);
  expect(book.recent()).toEqual([next, overtaken]);
  expect(book.latest(web)).toBe(next);
  book.begin(last);
  expect(book.recent()).toEqual([last]);
});
