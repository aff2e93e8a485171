import { expect, it } from 'vitest';
import { Highest } from './highest.ts';

it.each([
  { offered: [3, 1, 4, 1, 5, 9, 2, 6], kept: [9, 6, 5] },
  { offered: [1, 2, 3, 4], kept: [4, 3, 2] },
  { offered: [2, 1], kept: [2, 1] },
  { offered: [], kept: [] },
])('of $offered keeps $kept', ({ offered, kept }) => {
  const highest = new Highest<number>(3, (a, b) => a - b);
  for (const item of offered) highest.offer(item);
  expect(highest.items).toEqual(kept);
});
