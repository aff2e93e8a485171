/** Remembers answers for a while. Who asks at the same time shares one; a failure is not remembered. */
export class Memo<T> {
  readonly #keptMs: number;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly until: number; readonly answer: Promise<T> }>();
  #sweepAt = 0;

  /** @param now - milliseconds since 1970 */
  constructor(keptMs: number, now: () => number) {
    this.#keptMs = keptMs;
    this.#now = now;
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const now = this.#now();
    this.#sweep(now);
    const known = this.#known.get(key);
    if (known && now < known.until) return known.answer;
    const answer = ask();
    this.#known.set(key, { until: now + this.#keptMs, answer });
    answer.catch(() => {
      if (this.#known.get(key)?.answer === answer) this.#known.delete(key);
    });
    return answer;
  }

  #sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + this.#keptMs;
    for (const [key, { until }] of this.#known) if (until <= now) this.#known.delete(key);
  }
}
