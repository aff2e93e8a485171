import { expect, it } from 'vitest';
import { normalizePaths, parseTree } from './tree.ts';

it.each([
  [[], 'everything'],
  [['.'], 'everything'],
  [['a', ''], 'everything'],
  [['a/..'], 'everything'],
  [
    ['./a//b/', 'c'],
    ['a/b', 'c'],
  ],
  [['a/../b'], ['b']],
  [['../a', 'b'], ['b']],
  [['..'], []],
])('paths %j are %j', (paths, normal) => {
  expect(normalizePaths(paths)).toEqual(normal);
});

it('reads every kind of entry', () => {
  const id = 'ce013625030ba8dba906f756967f9e9ca394464a';
  const listing = `100644 blob ${id}       6\ta b\x00120000 blob ${id}      12\tl\x00160000 commit ${id}       -\tsub\x00`;
  expect(parseTree(Buffer.from(listing))).toEqual([
    { path: 'a b', type: 'file', blob: id, size: 6 },
    { path: 'l', type: 'symlink', blob: id, size: 12 },
    { path: 'sub', type: 'submodule', blob: id, size: 0 },
  ]);
});
