import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['5m', 300_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['-2s', -2000],
    ['.5s', 500],
    ['100us', 0.1],
    ['1h2m3s4ms', 3_723_004],
    ['+1m', 60_000],
    ['-0', 0],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['60', 'time: missing unit in duration "60"'],
    ['', 'time: invalid duration ""'],
    ['soon', 'time: invalid duration "soon"'],
    ['1h30', 'time: missing unit in duration "1h30"'],
    ['1e3s', 'time: unknown unit "e" in duration "1e3s"'],
    ['.s', 'time: invalid duration ".s"'],
    ['-', 'time: invalid duration "-"'],
    ['9999999h', 'time: invalid duration "9999999h"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
  ])('refuses %j in the words of Go', (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [300_000, '5m0s'],
    [1234.567, '1.234567s'],
    [41.5, '41.5ms'],
    [5_400_000, '1h30m0s'],
    [-2000, '-2s'],
    [0.25, '250µs'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
