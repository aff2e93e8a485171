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

it.each([40, 64])('reads every kind of item, with ids of %i digits', (digits) => {
  const id = 'ce'.repeat(digits / 2);
  const item = (mode: string, name: string) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]);
  const bytes = Buffer.concat([
    item('100644', 'ä b'),
    item('100755', 'run'),
    item('120000', 'l'),
    item('160000', 'sub'),
    item('40000', 'folder'),
  ]);
  const items = parseTree({ id, bytes });
  expect(items.map(({ start, end, ...item }) => item)).toEqual([
    { name: 'ä b', type: 'file', mode: '100644', id },
    { name: 'run', type: 'file', mode: '100755', id },
    { name: 'l', type: 'symlink', mode: '120000', id },
    { name: 'sub', type: 'submodule', mode: '160000', id },
    { name: 'folder', type: 'folder', mode: '40000', id },
  ]);
  for (const { name, start, end } of items) expect(bytes.subarray(start, end).toString()).toBe(name);
  expect(parseTree({ id, bytes: Buffer.alloc(0) })).toEqual([]);
});
