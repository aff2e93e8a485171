import { EventEmitter, on } from 'node:events';

export interface LogLine {
  readonly time: Date;
  /** Without its newline. */
  readonly text: string;
}

/** How many lines are kept of one container. */
const keptLines = 10_000;

/** What one run of a container has written, and what it goes on to write. */
export class LogBuffer {
  readonly #lines: LogLine[] = [];
  readonly #news = new EventEmitter<{ line: [LogLine]; end: [] }>();
  readonly #now: () => Date;
  #rest = '';
  #ended = false;

  constructor(now: () => Date) {
    this.#now = now;
    this.#news.setMaxListeners(0);
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  get ended(): boolean {
    return this.#ended;
  }

  append(output: string | Buffer): void {
    const lines = (this.#rest + output.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const text of lines) this.#add(text);
  }

  end(): void {
    if (this.#rest !== '') this.#add(this.#rest);
    this.#rest = '';
    this.#ended = true;
    this.#news.emit('end');
  }

  /** Lines written from now on, until the container ends or `signal` says so. */
  async *follow(signal: AbortSignal): AsyncGenerator<LogLine> {
    if (this.#ended || signal.aborted) return;
    try {
      for await (const [line] of on(this.#news, 'line', { signal, close: ['end'] })) yield line as LogLine;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #add(text: string): void {
    const line: LogLine = { time: this.#now(), text };
    this.#lines.push(line);
    if (this.#lines.length > keptLines * 1.2) this.#lines.splice(0, this.#lines.length - keptLines);
    this.#news.emit('line', line);
  }
}
