import { describe, expect, it } from 'vitest';
import { addCounts, countTests, printCounts } from './vitest-report.ts';

const file = (status: string, ...tests: readonly string[]) => ({
  status,
  assertionResults: tests.map((one) => ({ status: one })),
});

describe('countTests', () => {
  it.each([
    { testResults: [file('passed', 'passed', 'passed', 'skipped')], counts: '2 passed, 0 failed, 1 skipped' },
    { testResults: [file('failed', 'passed', 'failed')], counts: '1 passed, 1 failed, 0 skipped' },
    { testResults: [file('failed')], counts: '0 passed, 1 failed, 0 skipped' },
    { testResults: [file('failed', 'skipped', 'passed')], counts: '1 passed, 1 failed, 1 skipped' },
    { testResults: [file('passed', 'todo', 'pending')], counts: '0 passed, 0 failed, 2 skipped' },
  ])('$counts', ({ testResults, counts }) => {
    expect(printCounts(countTests({ testResults }))).toBe(counts);
  });

  it('adds up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(printCounts(addCounts(one, one))).toBe('2 passed, 4 failed, 6 skipped');
  });
});
