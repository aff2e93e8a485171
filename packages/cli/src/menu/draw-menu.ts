import type { Menu } from './menu.ts';
import { type MenuState, selectableRows } from './menu-state.ts';

/** A terminal's size, in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const footer = 'Use arrow keys and [Space] to toggle updates; hit [Enter] to release selected.';

/** Heading, empty line, footer, and the line on which the terminal's own cursor rests. */
const otherLines = 4;

/** How many rows of a menu there is room for. */
export function roomForRows({ rows }: Pick<Size, 'rows'>): number {
  return Math.max(1, rows - otherLines);
}

/**
 * The lines of a menu, as Flux v1 draws them.
 * @param top - the first row to be seen, where there is no room for all
 */
export function menuLines(menu: Menu, { cursor, checked }: MenuState, room: number, top: number): string[] {
  const seen = menu.rows.slice(top, top + room).map(({ text, update }, index) => {
    const row = top + index;
    const mark = checked.has(row) ? '◉' : '◯';
    return `${row === cursor ? '⇒' : ' '} ${update ? mark : ' '} ${text}`;
  });
  const count = menu.rows.length;
  const part = count > room ? `    rows ${top + 1} to ${top + seen.length} of ${count}` : '';
  return [`    ${menu.heading}`, ...seen, part, footer];
}

/**
 * Which row is to be the first that is seen: the one that was, if the cursor can be seen then, with the
 * name of its workload. With the first and the last row that can be chosen come those beyond.
 */
export function scrollTo(menu: Menu, cursor: number, room: number, top: number): number {
  const selectable = selectableRows(menu);
  const workload = menu.rows[cursor]?.workload;
  const from = cursor === selectable.at(0) ? 0 : menu.rows.findIndex((row) => row.workload === workload);
  const to = cursor === selectable.at(-1) ? menu.rows.length - 1 : cursor;
  const wished = within(top, to - room + 1, from);
  return scrollBy(menu, room, within(wished, cursor - room + 1, cursor), 0);
}

/** Moves what is seen, and not the cursor. */
export function scrollBy(menu: Menu, room: number, top: number, rows: number): number {
  return within(top + rows, 0, Math.max(0, menu.rows.length - room));
}

function within(value: number, lowest: number, highest: number): number {
  return Math.min(Math.max(value, lowest), highest);
}
