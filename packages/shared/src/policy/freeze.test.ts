import { describe, expect, it } from 'vitest';
import { freezeEnd, isFrozen, parseFreeze } from './freeze.ts';

const weekend = 'Fri 16:00-Mon 08:00 Europe/Berlin';

describe('isFrozen', () => {
  it.each([
    { text: weekend, at: '2026-01-09T14:59:59Z', frozen: false, because: 'it is 15:59 in Berlin' },
    { text: weekend, at: '2026-01-09T15:00:00Z', frozen: true, because: 'it begins at 16:00' },
    { text: weekend, at: '2026-01-11T12:00:00Z', frozen: true, because: 'Sunday lies within' },
    { text: weekend, at: '2026-01-12T06:59:59Z', frozen: true, because: 'it is 07:59 in Berlin' },
    { text: weekend, at: '2026-01-12T07:00:00Z', frozen: false, because: 'the end is not part of it' },
    { text: weekend, at: '2026-07-10T14:00:00Z', frozen: true, because: 'in summer 16:00 is 14:00 UTC' },
    { text: weekend, at: '2026-07-13T06:00:00Z', frozen: false, because: 'in summer 08:00 is 06:00 UTC' },
    { text: '22:00-06:00', at: '2026-01-07T23:00:00Z', frozen: true, because: 'every night, in UTC' },
    { text: '22:00-06:00', at: '2026-01-07T05:59:00Z', frozen: true, because: 'over midnight' },
    { text: '22:00-06:00', at: '2026-01-07T06:00:00Z', frozen: false, because: 'the morning has come' },
    { text: 'Sat 00:00-Sat 24:00', at: '2026-01-10T23:59:00Z', frozen: true, because: '24:00 is midnight' },
    { text: 'friday 16:00 - MON 8:00', at: '2026-01-10T00:00:00Z', frozen: true, because: 'days in full' },
    {
      text: 'Mon 0:00-Mon 1:00; 12:00-13:00',
      at: '2026-01-08T12:30:00Z',
      frozen: true,
      because: 'two windows',
    },
    {
      text: 'Sun 02:30-Sun 04:00 Europe/Berlin',
      at: '2026-03-29T01:00:00Z',
      frozen: true,
      because: '02:30 does not exist that night: 03:00 follows 01:59',
    },
    {
      text: 'Sun 02:00-Sun 02:30 Europe/Berlin',
      at: '2026-10-25T00:15:00Z',
      frozen: true,
      because: '02:15 of summer time',
    },
    {
      text: 'Sun 02:00-Sun 02:30 Europe/Berlin',
      at: '2026-10-25T01:15:00Z',
      frozen: true,
      because: '02:15 comes again in winter time',
    },
  ])('$text at $at: $because', ({ text, at, frozen }) => {
    expect(isFrozen(parseFreeze(text), new Date(at))).toBe(frozen);
  });
});

describe('freezeEnd', () => {
  it.each([
    { text: weekend, at: '2026-01-10T10:11:12Z', end: '2026-01-12T07:00:00.000Z', because: 'winter' },
    {
      text: weekend,
      at: '2026-03-27T15:00:00Z',
      end: '2026-03-30T06:00:00.000Z',
      because: 'an hour is lost',
    },
    { text: weekend, at: '2026-10-23T14:00:00Z', end: '2026-10-26T07:00:00.000Z', because: 'an hour is won' },
    {
      text: '22:00-06:00;05:00-07:30',
      at: '2026-01-07T23:00:00Z',
      end: '2026-01-08T07:30:00.000Z',
      because: 'they overlap',
    },
    { text: weekend, at: '2026-01-08T00:00:00Z', end: undefined, because: 'it does not hold' },
    { text: '00:00-12:00;12:00-24:00', at: '2026-01-08T00:00:00Z', end: undefined, because: 'it never ends' },
  ])('$text at $at: $because', ({ text, at, end }) => {
    expect(freezeEnd(parseFreeze(text), new Date(at))?.toISOString()).toBe(end);
  });
});

it.each([
  ['weekends', 'not written like'],
  ['Fri 16:00-08:00', 'only one of its ends has a day'],
  ['Fry 16:00-Mon 08:00', 'Fry is no day of the week'],
  ['Fri 25:00-Mon 08:00', '25:00 is no time of day'],
  ['08:00-08:00', 'it ends when it begins'],
  ['08:00-09:00 Europe/Atlantis', 'Europe/Atlantis'],
])('refuses %s', (text, message) => {
  expect(() => parseFreeze(text)).toThrow(message);
});
