import { expect, it } from 'vitest';
import { readJsonPath } from './json-path.ts';

const object = {
  metadata: { annotations: { 'a.b/c': 'x' } },
  spec: { list: [1, 2] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};

it.each([
  { path: '.spec.list[0]', values: [1] },
  { path: '.spec.list[*]', values: [1, 2] },
  { path: "['spec'].list[1]", values: [2] },
  { path: ".metadata.annotations['a.b/c']", values: ['x'] },
  { path: '.status.conditions[?(@.type=="Ready")].status', values: ['True'] },
  { path: '.spec.none.deeper', values: [] },
])('reads $path', ({ path, values }) => {
  expect(readJsonPath(path, object)).toEqual(values);
});
