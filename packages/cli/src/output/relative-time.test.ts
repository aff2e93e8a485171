import { expect, it } from 'vitest';
import { relativeTime } from './relative-time.ts';

const now = Date.parse('2026-01-10T12:00:00Z');

it.each([
  ['2026-01-10T12:00:00.3Z', 'now'],
  ['2026-01-10T11:59:20Z', '40s ago'],
  ['2026-01-10T12:01:30Z', 'in 90s'],
  ['2026-01-10T12:05:10Z', 'in 5m'],
  ['2026-01-10T06:00:00Z', '6h ago'],
  ['2026-01-07T12:00:00Z', '3d ago'],
  ['', ''],
  ['soon', ''],
])('%s is %s', (time, text) => {
  expect(relativeTime(time, now)).toBe(text);
});
