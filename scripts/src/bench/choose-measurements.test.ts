import { expect, it } from 'vitest';
import type { Measurement } from './bench.ts';
import { chooseMeasurements } from './choose-measurements.ts';

const named = (name: string): Measurement => ({ name, measure: () => Promise.resolve([]) });
const groups = [
  [named('load'), named('memory')],
  [named('memory-registry'), named('edit')],
];

it.each([
  { words: ['edit'], chosen: [[], ['edit']], because: 'it is called so' },
  { words: ['memory'], chosen: [['memory'], []], because: 'what is called exactly so counts alone' },
  { words: ['mem'], chosen: [['memory'], ['memory-registry']], because: 'both begin so' },
  { words: ['edit', 'load'], chosen: [['load'], ['edit']], because: 'the order is that of the table' },
  { words: ['speed'], chosen: [[], []], because: 'nothing is called so' },
])('chooses $chosen for $words: $because', ({ words, chosen }) => {
  expect(chooseMeasurements(groups, words).map((group) => group.map(({ name }) => name))).toEqual(chosen);
});
