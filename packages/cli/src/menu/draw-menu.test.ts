import { describe, expect, it } from 'vitest';
import { menuLines, scrollBy, scrollTo } from './draw-menu.ts';
import type { Menu } from './menu.ts';
import { openMenu } from './menu-state.ts';

const update = { Container: 'c', Current: 'x:1', Target: 'x:2' };

/** A letter per row, its workload; capitals can be chosen. */
function menuOf(letters: string): Menu {
  const rows = [...letters].map((letter) => ({
    text: letter,
    workload: letter.toLowerCase(),
    update: letter === letter.toUpperCase() ? update : undefined,
  }));
  return { heading: 'HEADING', rows };
}

describe('menuLines', () => {
  it('marks what can be chosen, and the row of the cursor alone', () => {
    const menu = menuOf('aBcD');
    const state = openMenu(menu);
    expect(state && menuLines(menu, { ...state, checked: new Set([3]) }, 20, 0)).toEqual([
      '    HEADING',
      '    a',
      '⇒ ◯ B',
      '    c',
      '  ◉ D',
      '',
      'Use arrow keys and [Space] to toggle updates; hit [Enter] to release selected.',
    ]);
  });

  it('says which part of a long menu is seen', () => {
    const menu = menuOf('ABCDE');
    const lines = menuLines(menu, { cursor: 2, checked: new Set() }, 2, 1);
    expect(lines.slice(1, 4)).toEqual(['  ◯ B', '⇒ ◯ C', '    rows 2 to 3 of 5']);
  });

  it('cannot be opened when nothing can be chosen', () => {
    expect(openMenu(menuOf('abc'))).toBeUndefined();
  });
});

describe('scrollTo', () => {
  it.each([
    { rows: 'ABCDEF', cursor: 2, top: 0, to: 0, because: 'the cursor is seen already' },
    { rows: 'ABCDEF', cursor: 3, top: 0, to: 1, because: 'the cursor has left below' },
    { rows: 'ABCDEF', cursor: 1, top: 3, to: 1, because: 'the cursor has left above' },
    { rows: 'ABCDEF', cursor: 5, top: 0, to: 3, because: 'the end is seen, and no more' },
    { rows: 'aaBCDE', cursor: 2, top: 2, to: 0, because: 'with the first row come those above it' },
    { rows: 'aaaaBC', cursor: 4, top: 0, to: 2, because: 'but not so far that the cursor is lost' },
    { rows: 'ABCDef', cursor: 3, top: 0, to: 3, because: 'with the last row come those below it' },
    { rows: 'AAABBB', cursor: 4, top: 4, to: 3, because: 'the name of the workload is seen' },
    { rows: 'AB', cursor: 1, top: 0, to: 0, because: 'all is seen' },
  ])('$because', ({ rows, cursor, top, to }) => {
    expect(scrollTo(menuOf(rows), cursor, 3, top)).toBe(to);
  });

  it('goes by pages, not beyond the ends', () => {
    const menu = menuOf('ABCDEFGH');
    expect([scrollBy(menu, 3, 0, 3), scrollBy(menu, 3, 4, 3), scrollBy(menu, 3, 1, -3)]).toEqual([3, 5, 0]);
  });
});
