import { expect, it } from 'vitest';
import { shortDuration } from './column.ts';

it.each([
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [125, '2m5s'],
  [600, '10m'],
  [10_799, '179m'],
  [10_800, '3h'],
  [11_520, '3h12m'],
  [28_800, '8h'],
  [172_799, '47h'],
  [172_800, '2d'],
  [187_200, '2d4h'],
  [691_200, '8d'],
  [86_400 * 800, '2y70d'],
])('%d seconds are shown as %s', (seconds, text) => {
  expect(shortDuration(seconds)).toBe(text);
});
