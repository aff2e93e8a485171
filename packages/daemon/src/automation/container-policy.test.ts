import { describe, expect, it } from 'vitest';
import { readContainerPolicy, readRollback } from './container-policy.ts';

it.each([
  ['semver:>>1', '">>1" is not a range of versions; no tag counts as matching'],
  ['regexp:((', 'error parsing regexp: missing closing ): `((`; no tag counts as matching'],
  ['regexp:(a?){1000}a{1000}', 'expression is too large; no tag counts as matching'],
])('says what the pattern %s lets through, which nobody can read', (pattern, message) => {
  expect(readContainerPolicy({ 'tag.app': pattern }, 'app').problems).toEqual([
    expect.objectContaining({ policy: 'tag.app', message }),
  ]);
});

describe('readRollback', () => {
  it.each([
    [{}, false],
    [{ rollback: 'true' }, true],
    [{ rollback: 'false' }, false],
  ])('of %j is %s', (policies, wanted) => {
    expect(readRollback(policies)).toEqual({ wanted });
    expect(readContainerPolicy(policies, 'app').problems).toEqual([]);
  });

  it('of nonsense is no, and it is told with the problems of every container', () => {
    const problem = {
      policy: 'rollback',
      fault: '"yes" is neither true nor false',
      message: '"yes" is neither true nor false; nothing is rolled back',
    };
    expect(readRollback({ rollback: 'yes' })).toEqual({ wanted: false, problem });
    expect(readContainerPolicy({ rollback: 'yes' }, 'app').problems).toEqual([problem]);
  });
});
