import { describe, expect, it } from 'vitest';
import { printRows } from './row.ts';
import { median } from './statistics.ts';

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

describe('printRows', () => {
  it('puts each figure beside what it is compared with', () => {
    const row = {
      what: 'a',
      against: 'node -e 0',
      ours: 42.34,
      theirs: 30,
      ratio: 1.411,
      goal: 1.5,
      runs: 5,
    };
    expect(printRows([row, { ...row, what: 'longer', ratio: 1.6 }])).toBe(
      [
        'what    against    ours     theirs   ratio  goal',
        'a       node -e 0  42.3 ms  30.0 ms  1.41   ≤ 1.5  met',
        'longer  node -e 0  42.3 ms  30.0 ms  1.60   ≤ 1.5  missed',
        '',
      ].join('\n'),
    );
  });
});
