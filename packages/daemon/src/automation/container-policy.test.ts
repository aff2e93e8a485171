import { describe, expect, it } from 'vitest';
import { readContainerPolicy, readRollback } from './container-policy.ts';

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
