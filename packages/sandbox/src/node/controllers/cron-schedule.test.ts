import { describe, expect, it } from 'vitest';
import { nextTime, parseCron } from './cron-schedule.ts';

describe('nextTime', () => {
  it.each([
    { cron: '*/5 * * * *', after: '2026-11-23T20:51:30Z', next: '2026-11-23T20:55:00Z' },
    { cron: '0 3 * * *', after: '2026-11-23T03:00:00Z', next: '2026-11-24T03:00:00Z' },
    { cron: '30 22 * * fri', after: '2026-11-23T00:00:00Z', next: '2026-11-27T22:30:00Z' },
    { cron: '0 0 1,15 * *', after: '2026-11-02T00:00:00Z', next: '2026-11-15T00:00:00Z' },
    { cron: '0 0 13 * 5', after: '2026-11-07T00:00:00Z', next: '2026-11-13T00:00:00Z' },
    { cron: '0 0 29 2 *', after: '2026-11-23T00:00:00Z', next: '2028-02-29T00:00:00Z' },
    { cron: '@hourly', after: '2026-11-23T20:51:30Z', next: '2026-11-23T21:00:00Z' },
    { cron: '0 0 * * 7', after: '2026-11-23T00:00:00Z', next: '2026-11-29T00:00:00Z' },
    { cron: '0 12 * dec *', after: '2026-11-23T00:00:00Z', next: '2026-12-01T12:00:00Z' },
    { cron: '0 9 * * *', after: '2026-11-23T20:00:00Z', zone: 'Europe/Berlin', next: '2026-11-24T08:00:00Z' },
    { cron: '0 0 31 2 *', after: '2026-11-23T00:00:00Z', next: undefined },
  ])('$cron after $after: $next', ({ cron, after, zone, next }) => {
    const schedule = parseCron(cron);
    expect(schedule && nextTime(schedule, new Date(after), zone)?.toISOString().replace('.000', '')).toBe(
      next,
    );
  });
});

describe('parseCron', () => {
  it.each(['* * * *', '60 * * * *', 'a * * * *', '*/0 * * * *', '5-1 * * * *', '@never'])(
    'refuses %s',
    (text) => {
      expect(parseCron(text)).toBeUndefined();
    },
  );
});
