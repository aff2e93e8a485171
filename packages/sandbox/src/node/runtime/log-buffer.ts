import { EventEmitter, once } from 'node:events';

export interface LogLine {
  readonly time: Date;
  /** Without its newline. */
  readonly text: string;
}

/** How many lines are kept of one run of a container. */
const keptLines = 10_000;

/** What one run of a container has written, and what it goes on to write. */
export class LogBuffer {
  readonly #lines: LogLine[] = [];
  readonly #news = new EventEmitter<{ news: [] }>();
  readonly #now: () => Date;
  /** Lines that are no longer kept. */
  #forgotten = 0;
  #rest = '';
  #ended = false;

  constructor(now: () => Date) {
    this.#now = now;
    this.#news.setMaxListeners(0);
  }

  /** Those that are kept. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** How many lines there were so far. */
  get count(): number {
    return this.#forgotten + this.#lines.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  append(output: string | Buffer): void {
    const lines = (this.#rest + output.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const text of lines) this.#add(text);
    this.#news.emit('news');
  }

  end(): void {
    if (this.#rest !== '') this.#add(this.#rest);
    this.#rest = '';
    this.#ended = true;
    this.#news.emit('news');
  }

  /** Line after line until the container ends or `signal` says so. @param from - number of the first line */
  async *follow(signal: AbortSignal, from: number): AsyncGenerator<LogLine> {
    let next = from;
    while (!signal.aborted) {
      next = Math.max(next, this.#forgotten);
      const line = this.#lines[next - this.#forgotten];
      if (line !== undefined) {
        next += 1;
        yield line;
      } else if (this.#ended) {
        return;
      } else {
        await once(this.#news, 'news', { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      }
    }
  }

  #add(text: string): void {
    this.#lines.push({ time: this.#now(), text });
    if (this.#lines.length <= keptLines * 1.2) return;
    const surplus = this.#lines.length - keptLines;
    this.#lines.splice(0, surplus);
    this.#forgotten += surplus;
  }
}
