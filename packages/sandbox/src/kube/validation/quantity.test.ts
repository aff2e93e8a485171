import { expect, it } from 'vitest';
import { quantityValue } from './quantity.ts';

it.each([
  ['1', 1],
  ['250m', 0.25],
  ['1.5', 1.5],
  ['1k', 1000],
  ['1Ki', 1024],
  ['2Gi', 2 * 2 ** 30],
  ['1e3', 1000],
  ['1E', 1e18],
  ['-1', -1],
])('%s is %d', (text, value) => {
  expect(quantityValue(text)).toBe(value);
});
