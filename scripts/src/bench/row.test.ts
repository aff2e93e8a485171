import { describe, expect, it } from 'vitest';
import { printRows } from './print-rows.ts';
import { type Goal, isMet, isOff, type Row } from './row.ts';
import { median, medianRatio, percentile } from './statistics.ts';

describe('median', () => {
  it.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

it('medianRatio compares neighbouring runs', () => {
  expect(medianRatio([1, 4, 9], [1, 2, 3])).toBe(2);
});

it.each([
  [0.99, 99],
  [1, 100],
  [0.5, 50],
])('of a hundred values, the one at %d is %d', (share, value) => {
  expect(
    percentile(
      Array.from({ length: 100 }, (_, index) => 100 - index),
      share,
    ),
  ).toBe(value);
});

const row: Row = { what: 'a', unit: 'ms', ours: 42.34, runs: 5 };

describe('isMet', () => {
  it.each<[Goal | undefined, Partial<Row>, boolean]>([
    [undefined, {}, true],
    [{ ratio: 1.5 }, { ratio: 1.5 }, true],
    [{ ratio: 1.5 }, { ratio: 1.51 }, false],
    [{ ratio: 1.5 }, {}, false],
    [{ atMost: 50 }, { ours: 50 }, true],
    [{ atMost: 50 }, { ours: 51 }, false],
    [{ atLeast: 50 }, { ours: 51 }, true],
    [{ atLeast: 50 }, { ours: 49 }, false],
    [{ exactly: 3 }, { ours: 3 }, true],
    [{ exactly: 3 }, { ours: 2 }, false],
  ])('%j with %j: %s', (goal, figures, met) => {
    expect(isMet({ ...row, ...figures, ...(goal && { goal }) })).toBe(met);
  });
});

it.each([
  ['ms', 2, false],
  ['requests', 2, true],
  ['requests', 1, false],
  ['commits', 0, true],
] as const)('a figure in %s that is %d and should be 1 is off: %s', (unit, ours, off) => {
  expect(isOff({ ...row, unit, ours, goal: { exactly: 1 } })).toBe(off);
});

describe('printRows', () => {
  it('puts each figure beside what it is compared with', () => {
    const rows: Row[] = [
      { ...row, against: 'node -e 0', theirs: 30, ratio: 1.411, goal: { ratio: 1.5 } },
      { ...row, what: 'longer', against: 'node -e 0', theirs: 30, ratio: 1.6, goal: { ratio: 1.5 } },
      { ...row, unit: 'MB', goal: { atMost: 120 }, peak: 50, note: 'at rest' },
      { ...row, unit: 'requests', ours: 3, goal: { exactly: 3 } },
    ];
    expect(printRows(rows)).toBe(
      [
        'what    ours     against    theirs   ratio  goal                  peak     runs',
        'a       42.3 ms  node -e 0  30.0 ms  1.41   ≤ 1.5 ×       met              5',
        'longer  42.3 ms  node -e 0  30.0 ms  1.60   ≤ 1.5 ×       MISSED           5',
        'a       42.3 MB                             ≤ 120 MB      met     50.0 MB  5     at rest',
        'a       3                                   = 3 requests  met              5',
        '',
      ].join('\n'),
    );
  });
});
