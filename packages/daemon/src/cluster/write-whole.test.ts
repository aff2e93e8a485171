import { expect, it } from 'vitest';
import { overlay } from './write-whole.ts';

it.each([
  {
    what: 'keeps what the server filled in',
    live: { a: 1, filled: 2 },
    wanted: { a: 3 },
    before: { a: 1 },
    result: { a: 3, filled: 2 },
  },
  {
    what: 'drops what the manifest said before',
    live: { a: 1, gone: 2 },
    wanted: { a: 1 },
    before: { a: 1, gone: 2 },
    result: { a: 1 },
  },
  {
    what: 'goes into mappings',
    live: { m: { a: 1, b: 2, c: 3 } },
    wanted: { m: { a: 4 } },
    before: { m: { b: 2 } },
    result: { m: { a: 4, c: 3 } },
  },
  { what: 'takes lists whole', live: { l: [1, 2] }, wanted: { l: [3] }, before: {}, result: { l: [3] } },
])('overlay $what', ({ live, wanted, before, result }) => {
  expect(overlay(live, wanted, before)).toEqual(result);
});
