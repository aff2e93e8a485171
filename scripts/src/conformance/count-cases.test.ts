import { describe, expect, it } from 'vitest';
import { readTrackedFiles } from '../rules/tracked-files.ts';
import { casesOf } from './cases.ts';
import { countCases, printRanges } from './count-cases.ts';

describe('conformance cases', () => {
  it('are as many as the reference has', () => {
    const counts = (['cli', 'api', 'daemon', 'manifests'] as const).map((one) => casesOf(one).length);
    expect(counts).toEqual([42, 52, 77, 106]);
  });

  it('are named by the titles of tests', () => {
    const text = `it('[cli 1] [manifests L4] says so'); it('[cli 3] is better'); it('[daemon 78] is no case');`;
    const { coverage, problems } = countCases(new Map([['a.test.ts', text]]));
    expect(coverage[0]?.done).toEqual(['1', '3']);
    expect(coverage[0]?.left).toHaveLength(40);
    expect(coverage[3]?.done).toEqual(['L4']);
    expect(problems).toEqual(['a.test.ts: [daemon 78]']);
  });

  it('are named rightly in this repository', () => {
    const tests = readTrackedFiles((path) => path.startsWith('packages/') && path.endsWith('.test.ts'));
    expect(countCases(tests).problems).toEqual([]);
  });

  it.each([
    [[], ''],
    [['1', '2', '3', '7'], '1-3, 7'],
    [['L1', 'L2', 'P1', 'T4', 'T5'], 'L1-L2, P1, T4-T5'],
  ])('are printed as ranges: %j', (numbers, text) => {
    expect(printRanges(numbers)).toBe(text);
  });
});
