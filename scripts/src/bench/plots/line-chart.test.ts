import { expect, it } from 'vitest';
import { linearAxis, logAxis, measuredAxis } from './axis.ts';
import { drawLineChart, printCount } from './line-chart.ts';

it.each([
  { axis: logAxis([3, 250]), ticks: [1, 10, 100, 1_000], value: 10, at: 1 / 3, because: 'of whole decades' },
  {
    axis: linearAxis([0, 130]),
    ticks: [0, 50, 100, 150],
    value: 75,
    at: 0.5,
    because: 'from nothing in round steps',
  },
  {
    axis: linearAxis([0.9]),
    ticks: [0, 0.5, 1],
    value: 0.5,
    at: 0.5,
    because: 'less than one has steps too',
  },
  {
    axis: measuredAxis([4, 1, 16, 4]),
    ticks: [1, 4, 16],
    value: 4,
    at: 0.5,
    because: 'of what was measured',
  },
])('an axis $because', ({ axis, ticks, value, at }) => {
  expect(axis.ticks).toEqual(ticks);
  expect(axis.at(value)).toBeCloseTo(at);
  expect(axis.at(ticks[0] ?? 0)).toBe(0);
  expect(axis.at(ticks.at(-1) ?? 0)).toBeCloseTo(1);
});

it.each([
  [1, '1'],
  [1_000, '1,000'],
  [1_234_567, '1,234,567'],
])('%d is written %s', (value, written) => {
  expect(printCount(value)).toBe(written);
});

it('names curves whose ends are near one below the other, and tells where one ends early', () => {
  const picture = drawLineChart({
    title: 'Cost < benefit',
    across: 'objects',
    up: 'ms',
    scale: 'linear',
    print: (value) => `${value} ms`,
    curves: [
      { name: 'ours', colour: 0, points: [1, 10].map((x) => ({ x, y: 90 })) },
      { name: 'theirs', colour: 0, isBeside: true, points: [1, 10].map((x) => ({ x, y: 91 })) },
      { name: 'short', colour: 1, points: [{ x: 1, y: 10 }] },
    ],
  });
  const names = [...picture.matchAll(/<text class="name" x="\S+" y="(\S+)">([^<]+)</g)];
  expect(names.map(([, , words]) => words)).toEqual(['theirs: 91 ms', 'ours: 90 ms', 'short: 10 ms at 1']);
  const [first = 0, second = 0] = names.map(([, y]) => Number(y));
  expect(second - first).toBeGreaterThanOrEqual(14);
  expect(picture).toContain('<title>Cost &lt; benefit</title>');
});
