import type { Menu } from './menu.ts';

/** Where a person is in a menu. Rows are counted as they stand in it, those that cannot be chosen too. */
export interface MenuState {
  /** A row that can be chosen. */
  readonly cursor: number;
  readonly checked: ReadonlySet<number>;
}

/** What a key asks for. */
export type MenuKey = 'next' | 'previous' | 'first' | 'last' | 'toggle' | 'toggle-all';

/** The rows that can be chosen, in their order. */
export function selectableRows({ rows }: Menu): readonly number[] {
  return rows.flatMap(({ update }, at) => (update ? [at] : []));
}

/** Everything checked, the cursor on the first row that can be chosen; undefined when there is none. */
export function openMenu(menu: Menu): MenuState | undefined {
  const selectable = selectableRows(menu);
  const [cursor] = selectable;
  return cursor === undefined ? undefined : { cursor, checked: new Set(selectable) };
}

export function pressKey(menu: Menu, state: MenuState, key: MenuKey): MenuState {
  const selectable = selectableRows(menu);
  const at = selectable.indexOf(state.cursor);
  const moveTo = (index: number): MenuState => ({ ...state, cursor: selectable.at(index) ?? state.cursor });
  switch (key) {
    case 'next':
      return moveTo((at + 1) % selectable.length);
    case 'previous':
      return moveTo(at - 1);
    case 'first':
      return moveTo(0);
    case 'last':
      return moveTo(-1);
    case 'toggle':
      return { ...state, checked: state.checked.symmetricDifference(new Set([state.cursor])) };
    case 'toggle-all':
      return { ...state, checked: new Set(state.checked.size < selectable.length ? selectable : []) };
    default:
      return key satisfies never;
  }
}
