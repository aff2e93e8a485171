import { expect, it } from 'vitest';
import { tabTable } from './tab-table.ts';

it.each([
  { rows: [], table: '', because: 'no rows, no text' },
  {
    rows: [
      ['a', 'b'],
      ['ccc', 'd'],
    ],
    table: 'a    b\nccc  d\n',
    because: 'two spaces behind the longest cell',
  },
  {
    rows: [
      ['a', ''],
      ['b', 'c'],
    ],
    table: 'a  \nb  c\n',
    because: 'a row with an empty last cell ends in spaces',
  },
  {
    rows: [
      ['', 'x'],
      ['', 'y'],
    ],
    table: '  x\n  y\n',
    because: 'an empty column takes two',
  },
  { rows: [['a'], ['long', 'b']], table: 'a\nlong  b\n', because: 'the only cell of a row is its last' },
  {
    rows: [['a', 'b'], ['alone'], ['longer', 'c']],
    table: 'a  b\nalone\nlonger  c\n',
    because: 'a row of one cell ends the run',
  },
  {
    rows: [
      ['a', 'bb', 'c'],
      ['a', 'b'],
      ['aaa', 'b', 'c'],
    ],
    table: 'a    bb  c\na    b\naaa  b  c\n',
    because: 'runs of the second column are apart where a row lacks it',
  },
  {
    rows: [
      ['ü', 'x'],
      ['aa', 'y'],
    ],
    table: 'ü   x\naa  y\n',
    because: 'code points count',
  },
])('tabTable: $because', ({ rows, table }) => {
  expect(tabTable(rows)).toBe(table);
});
