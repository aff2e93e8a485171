/** A line of the daemon's log, as it came. */
export interface LogLine {
  readonly text: string;
  /** When the daemon wrote it, in milliseconds since 1970. */
  readonly at: number;
}

/** The lines of a daemon's log, to look back at and to wait for. */
export class LogLines {
  readonly #lines: LogLine[] = [];
  readonly #waiting = new Set<() => void>();
  #rest = '';
  #ended = false;

  add(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#lines.push({ text: part, at: timeOf(part) });
    this.#wake();
  }

  /** A daemon has started that goes on with this log. */
  begin(): void {
    this.#ended = false;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** A place in the log: what comes now stands behind it. */
  mark(): number {
    return this.#lines.length;
  }

  /** The first such line behind a place. */
  find(pattern: RegExp, from = 0): LogLine | undefined {
    return this.#lines.slice(from).find(({ text }) => pattern.test(text));
  }

  /** Waits until there is such a line behind a place. */
  async line(pattern: RegExp, from: number, signal: AbortSignal, withinMs = 300_000): Promise<LogLine> {
    const late = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
    for (;;) {
      const found = this.find(pattern, from);
      if (found) return found;
      if (this.#ended || late.aborted) {
        signal.throwIfAborted();
        throw new Error(`the daemon has not logged ${pattern}:\n${this.tail(from)}`);
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          late.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        late.addEventListener('abort', wake);
      });
    }
  }

  tail(from = 0): string {
    return this.#lines
      .slice(from)
      .slice(-20)
      .map(({ text }) => text.slice(0, 1_000))
      .join('\n');
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function timeOf(line: string): number {
  const [, date = '', fraction = '0'] = /^ts=([\d:T-]+)\.?(\d*)Z /.exec(line) ?? [];
  return Date.parse(`${date}Z`) + Number(`0.${fraction || '0'}`) * 1_000;
}
