import type { WriteStream } from 'node:tty';
import { colourLevel } from './colour-level.ts';
import { type Paint, plainPaint } from './paint.ts';

/** One of the two streams that a person or a script reads. */
export interface Terminal {
  readonly isTerminal: boolean;
  /** In characters; 80 where there is no terminal. */
  readonly width: number;
  write(text: string): void;
  line(text: string): void;
  /** Colours where they are wanted; loaded when first asked for. */
  paint(): Promise<Paint>;
  /**
   * Shows that something is awaited, until `work` is done: a moving line on a terminal, nothing elsewhere.
   * @param work - may change the text meanwhile
   */
  whileWaiting<T>(text: string, work: (show: (text: string) => void) => Promise<T>): Promise<T>;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 80;
const eraseLine = '\r\u001b[K';

export function createTerminal(
  stream: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>,
  env: NodeJS.ProcessEnv,
): Terminal {
  const isTerminal = stream.isTTY === true && env.TERM !== 'dumb';
  /** Whether a moving line stands where the next text is to go. */
  let moving = false;

  const write = (text: string): void => {
    if (text === '') return;
    stream.write(moving ? `${eraseLine}${text}` : text);
    moving = false;
  };

  return {
    isTerminal,
    get width() {
      return stream.columns ?? 80;
    },
    write,
    line: (text) => write(`${text}\n`),
    async paint() {
      const level = colourLevel(isTerminal, env);
      if (level === 0) return plainPaint;
      const { chalkPaint } = await import('./chalk-paint.ts');
      return chalkPaint(level);
    },
    async whileWaiting(text, work) {
      if (!isTerminal) return work(() => undefined);
      let shown = text;
      let frame = 0;
      const draw = (): void => {
        const room = (stream.columns ?? 80) - 3;
        stream.write(`${eraseLine}${frames[frame % frames.length]} ${[...shown].slice(0, room).join('')}`);
        frame += 1;
        moving = true;
      };
      const timer = setInterval(draw, frameMs);
      try {
        return await work((next) => {
          shown = next;
        });
      } finally {
        clearInterval(timer);
        if (moving) stream.write(eraseLine);
        moving = false;
      }
    },
  };
}
