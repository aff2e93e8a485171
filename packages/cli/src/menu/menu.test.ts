import type { WorkloadResult } from '@fluxctl/shared/api/types';
import { expect, it } from 'vitest';
import { createMenu, updatesOf } from './menu.ts';

const update = (name: string) => ({ Container: name, Current: 'x:1', Target: 'x:2' });
const result: Readonly<Record<string, WorkloadResult>> = {
  'a:deployment/two': { Status: 'success', PerContainer: [update('one'), update('two')] },
  'a:deployment/bad': {
    Status: 'failed',
    Error: 'workloads/bad.yaml:3:\n\tthe \u001b[31mimage\u001b[0m is an alias\u0007',
    PerContainer: null,
  },
};

it('has a line for every row, whatever errors are like', () => {
  const { heading, rows } = createMenu(result, 0);
  expect([heading, ...rows.map(({ text }) => text)]).toEqual([
    'WORKLOAD          STATUS   UPDATES',
    'a:deployment/bad  failed   workloads/bad.yaml:3: the image is an alias ',
    'a:deployment/two  success  one: x:1 -> 2',
    '                           two: x:1 -> 2',
  ]);
});

it('gives the updates that were chosen, and nothing of other rows', () => {
  const menu = createMenu(result, 0);
  expect(updatesOf(menu, new Set([2]))).toEqual({ 'a:deployment/two': [update('two')] });
  expect(updatesOf(menu, new Set([0]))).toEqual({});
});
