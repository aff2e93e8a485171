import { expect, it } from 'vitest';
import { pageOf } from './paging.ts';

const sorted = ['a', 'b', 'c', 'd', 'e'];
const none = { usual: undefined, most: undefined };

it.each([
  { query: '', limits: none, tags: sorted, next: undefined, because: 'all without a limit' },
  { query: 'n=2', limits: none, tags: ['a', 'b'], next: 'last=b&n=2', because: 'the first page' },
  { query: 'n=2&last=b', limits: none, tags: ['c', 'd'], next: 'last=d&n=2', because: 'the next one' },
  { query: 'n=2&last=d', limits: none, tags: ['e'], next: undefined, because: 'the last one' },
  { query: 'n=5', limits: none, tags: sorted, next: undefined, because: 'a page that just fits' },
  { query: 'last=bb', limits: none, tags: ['c', 'd', 'e'], next: undefined, because: '`last` is gone' },
  { query: 'last=z', limits: none, tags: [], next: undefined, because: 'nothing is behind it' },
  { query: 'n=0', limits: none, tags: [], next: undefined, because: 'none were asked for' },
  {
    query: '',
    limits: { usual: 3, most: undefined },
    tags: ['a', 'b', 'c'],
    next: 'last=c&n=3',
    because: 'the usual size',
  },
  {
    query: 'n=9',
    limits: { usual: 3, most: 4 },
    tags: ['a', 'b', 'c', 'd'],
    next: 'last=d&n=4',
    because: 'never more than the most',
  },
])('a page of tags: $because', ({ query, limits, tags, next }) => {
  expect(pageOf(sorted, new URLSearchParams(query), limits)).toEqual({ tags, next });
});

it.each(['-1', 'x', '1.5', ''])('refuses n=%s', (n) => {
  expect(() => pageOf(sorted, new URLSearchParams({ n }), none)).toThrow('invalid number of results');
});
