import { stripVTControlCharacters } from 'node:util';
import type { ChalkInstance } from 'chalk';
import { paintPieces, readLog, shortenLog, slicePieces } from './paint-log.ts';

export interface ScreenOptions {
  readonly write: (text: string) => void;
  readonly paint: ChalkInstance;
  /** In characters; longer lines are cut, those of the log behind the second, as ten lines of a key help nobody. */
  readonly width: number;
}

/** What the demo shows, and how. */
export interface Screen {
  heading(text: string): void;
  step(title: string): void;
  /** A command, as a user types it. */
  command(text: string): void;
  /** A line that a command wrote. */
  output(line: string): void;
  /** A line of the daemon's log. */
  log(line: string): void;
  note(text: string): void;
  passed(text: string): void;
  failed(text: string): void;
  /** All that was shown, with its colours. */
  readonly transcript: string;
}

export function createScreen({ write, paint, width }: ScreenOptions): Screen {
  let transcript = '';
  const line = (text: string): void => {
    transcript += `${text}\n`;
    write(`${text}\n`);
  };
  const cut = (text: string, room: number): string =>
    text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
  const margin = paint.dim('  fluxd │ ');
  const continued = ' '.repeat('00:00:00.000 '.length);
  const marginWidth = stripVTControlCharacters(margin).length;
  return {
    heading: (text) => line(`\n${paint.bold(text)}`),
    step: (title) => line(`\n${paint.bold.cyan(title)}`),
    command: (text) => {
      const [first = '', ...rest] = text.split('\n');
      line(`${paint.green('$')} ${paint.bold(first)}`);
      for (const more of rest) line(`  ${paint.bold(more)}`);
    },
    output: (text) => line(`  ${cut(text, width - 2)}`),
    log(text) {
      const room = width - marginWidth;
      const whole = shortenLog(text);
      const pieces = readLog(whole);
      const end = whole.length > room ? breakAt(whole, room) : room;
      line(`${margin}${paintPieces(slicePieces(pieces, 0, end), paint)}`);
      if (whole.length <= room) return;
      const more = room - continued.length;
      const isCut = whole.length - end > more;
      const rest = slicePieces(pieces, end, isCut ? end + more - 1 : whole.length);
      line(`${margin}${continued}${paintPieces(rest, paint)}${isCut ? '…' : ''}`);
    },
    note: (text) => line(paint.dim(`  ${text}`)),
    passed: (text) => line(`${paint.green('  ✓')} ${text}`),
    failed: (text) => line(`${paint.red('  ✗')} ${text}`),
    get transcript() {
      return transcript;
    },
  };
}

/** Where to begin a new line: at the last space that leaves a line of reasonable length. */
function breakAt(text: string, room: number): number {
  const space = text.lastIndexOf(' ', room);
  return space > room / 2 ? space + 1 : room;
}
