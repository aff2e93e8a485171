import type { Size } from './draw-menu.ts';

/** A person at a terminal: keys as they are pressed, and a screen to draw on. */
export interface Console {
  /** Of the screen, now. */
  size(): Size;
  write(text: string): void;
  /** Until the console is closed. */
  hideCursor(): void;
  /** What happens, in its order; ends when the terminal is gone. @throws when the signal aborts */
  events(signal: AbortSignal): AsyncIterable<ConsoleEvent>;
  /** Leaves the terminal as it was. */
  close(): void;
}

/** A key has the name that node:readline gives it, with `ctrl-` or `shift-` before it: `down`, `j`, `ctrl-c`. */
export type ConsoleEvent = { readonly kind: 'key'; readonly name: string } | { readonly kind: 'resize' };
