import { expect, it } from 'vitest';
import { parseTimestamp, printGoTime, printTimestamp, zeroTime } from './timestamp.ts';

it.each([
  [
    '2020-01-23T12:08:04.619877884Z',
    '2020-01-23T12:08:04.619877884Z',
    '2020-01-23 12:08:04.619877884 +0000 UTC',
  ],
  ['2020-01-23T12:08:00Z', '2020-01-23T12:08:00Z', '2020-01-23 12:08:00 +0000 UTC'],
  ['2020-01-23T14:08:00.50+02:00', '2020-01-23T12:08:00.5Z', '2020-01-23 12:08:00.5 +0000 UTC'],
  ['0001-01-01T00:00:00Z', '', '0001-01-01 00:00:00 +0000 UTC'],
  ['', '', '0001-01-01 00:00:00 +0000 UTC'],
])('reads %s', (text, printed, go) => {
  const time = parseTimestamp(text) ?? zeroTime;
  expect([printTimestamp(time), printGoTime(time)]).toEqual([printed, go]);
});

it.each([
  '20190523',
  '2020-02-31T00:00:00Z',
  '2020-01-01',
  '2020-01-01T25:00:00Z',
  'yesterday',
  '9999-12-31T23:59:59-14:00',
  '0000-01-01T00:00:00+14:00',
  '12024-01-01T00:00:00Z',
])('refuses %s', (text) => expect(parseTimestamp(text)).toBeUndefined());
