import { expect, it } from 'vitest';
import { PairMap } from './pair-map.ts';

it('tells pairs apart that would be alike as one text', () => {
  const map = new PairMap<number>().set('a/b', 'c', 1).set('a', 'b/c', 2).set('', 'c', 3);
  expect([map.get('a/b', 'c'), map.get('a', 'b/c'), map.get('', 'c'), map.get('c', '')]).toEqual([
    1,
    2,
    3,
    undefined,
  ]);
});

it('gives its values in the order of their first halves, without what was deleted or replaced', () => {
  const map = new PairMap<number>().set('a', 'x', 1).set('b', 'x', 2).set('a', 'y', 3).set('a', 'x', 4);
  expect([...map.values()]).toEqual([4, 3, 2]);
  map.delete('b', 'x');
  map.delete('b', 'y');
  expect([...map.values()]).toEqual([4, 3]);
  map.clear();
  expect([...map.values()]).toEqual([]);
});
