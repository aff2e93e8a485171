import { ServerError } from '@fluxctl/shared/errors';
import type { Console } from './console.ts';
import { menuLines, roomForRows, scrollBy, scrollTo } from './draw-menu.ts';
import { createFrame } from './frame.ts';
import type { Menu } from './menu.ts';
import { type MenuKey, type MenuState, pressKey } from './menu-state.ts';

/**
 * What keys do. Enter is the byte 13 alone: one that was pressed before the menu was there arrives as 10,
 * and must not release anything.
 */
const keys: Readonly<Record<string, MenuKey | 'page-down' | 'page-up' | 'submit' | 'abort'>> = {
  down: 'next',
  j: 'next',
  tab: 'next',
  up: 'previous',
  k: 'previous',
  'shift-tab': 'previous',
  home: 'first',
  end: 'last',
  pagedown: 'page-down',
  pageup: 'page-up',
  space: 'toggle',
  a: 'toggle-all',
  return: 'submit',
  q: 'abort',
  escape: 'abort',
  'ctrl-c': 'abort',
};

/**
 * Shows the menu until it is left.
 * @param state - in which it is shown first
 * @returns the rows that were chosen; undefined when it was left without choosing
 */
export async function chooseFromMenu(
  menu: Menu,
  state: MenuState,
  console: Console,
  signal: AbortSignal,
): Promise<ReadonlySet<number> | undefined> {
  const frame = createFrame(console.write);
  let current = state;
  let top = 0;
  const draw = (): void => {
    const size = console.size();
    const room = roomForRows(size);
    top = scrollBy(menu, room, top, 0);
    frame.draw(menuLines(menu, current, room, top), size.columns);
  };

  top = scrollTo(menu, current.cursor, roomForRows(console.size()), top);
  draw();
  console.hideCursor();
  for await (const event of console.events(signal)) {
    const room = roomForRows(console.size());
    const key = event.kind === 'key' ? keys[event.name] : undefined;
    if (key === 'submit') return current.checked;
    if (key === 'abort') return undefined;
    if (key === 'page-down' || key === 'page-up') {
      top = scrollBy(menu, room, top, key === 'page-down' ? room : -room);
    } else {
      if (key) current = pressKey(menu, current, key);
      top = scrollTo(menu, current.cursor, room, top);
    }
    if (key || event.kind === 'resize') draw();
  }
  throw new ServerError('the terminal is gone');
}
