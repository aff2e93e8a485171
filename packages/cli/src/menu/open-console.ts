import { EventEmitter, on } from 'node:events';
import { openSync } from 'node:fs';
import { emitKeypressEvents, type Key } from 'node:readline';
import { isatty, ReadStream } from 'node:tty';
import { UserError } from '@fluxctl/shared/errors';
import type { Console, ConsoleEvent } from './console.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** Of a terminal that does not tell. */
const commonSize = { columns: 80, rows: 24 };

/**
 * Takes the terminal of this process. Keys come from stdin or, where that is none, from /dev/tty, as with
 * Flux v1; what is drawn goes to stdout or, where that is none, to stderr, so that stdout can go into a file.
 * @throws {UserError} when there is no terminal, and on Windows
 */
export function openConsole(process: NodeJS.Process): Console {
  if (process.platform === 'win32') throw refusal('is not supported on Windows');
  const screen = [process.stdout, process.stderr].find(({ isTTY }) => isTTY);
  if (!screen) throw refusal('needs a terminal, and neither stdout nor stderr is one');
  const keyboard = isatty(0) ? process.stdin : new ReadStream(openTerminal());

  const happened = new EventEmitter();
  const tell = (event: ConsoleEvent): boolean => happened.emit('event', event);
  const pressed = (_text: string | undefined, key: Key): boolean => tell({ kind: 'key', name: keyName(key) });
  const resized = (): boolean => tell({ kind: 'resize' });
  const gone = (): boolean => happened.emit('gone');
  let cursorHidden = false;
  const close = (): void => {
    if (cursorHidden) screen.write(showCursor);
    cursorHidden = false;
    keyboard.off('keypress', pressed).off('end', gone).off('error', gone);
    process.off('SIGWINCH', resized).off('exit', close);
    if (keyboard.isRaw) keyboard.setRawMode(false);
    if (keyboard === process.stdin) keyboard.pause();
    else keyboard.destroy();
  };

  // Also when something ends the process that nobody thought of.
  process.on('exit', close);
  process.on('SIGWINCH', resized);
  emitKeypressEvents(keyboard);
  keyboard.on('keypress', pressed).on('end', gone).on('error', gone);
  keyboard.setRawMode(true);
  keyboard.resume();
  return {
    size: () => ({
      columns: screen.columns || commonSize.columns,
      rows: screen.rows || commonSize.rows,
    }),
    write: (text) => void screen.write(text),
    hideCursor() {
      cursorHidden = true;
      screen.write(hideCursor);
    },
    async *events(signal) {
      for await (const [event] of on(happened, 'event', { signal, close: ['gone'] })) yield event;
    },
    close,
  };
}

function openTerminal(): number {
  try {
    return openSync('/dev/tty', 'r');
  } catch (cause) {
    throw refusal('needs a terminal, and there is none', cause);
  }
}

function refusal(why: string, cause?: unknown): UserError {
  return new UserError(`--interactive ${why}`, {
    help: 'Without a menu: write a plan with --dry-run -o json, look at it, and carry it out with --plan=FILE.',
    cause,
  });
}

function keyName({ name = '', ctrl, shift }: Key): string {
  if (ctrl) return `ctrl-${name}`;
  return shift && name === 'tab' ? 'shift-tab' : name;
}
