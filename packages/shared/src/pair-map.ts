/**
 * Values by two texts, as namespace and name. Unlike a `Map` by both in one text it looks up without
 * making a text, which counts where it is done ten thousand times in a row.
 */
export class PairMap<Value> {
  readonly #inner = new Map<string, Map<string, Value>>();

  get(first: string, second: string): Value | undefined {
    return this.#inner.get(first)?.get(second);
  }

  set(first: string, second: string, value: Value): this {
    const known = this.#inner.get(first);
    if (known) known.set(second, value);
    else this.#inner.set(first, new Map([[second, value]]));
    return this;
  }

  delete(first: string, second: string): void {
    const known = this.#inner.get(first);
    known?.delete(second);
    if (known?.size === 0) this.#inner.delete(first);
  }

  clear(): void {
    this.#inner.clear();
  }

  /** What is deleted meanwhile may be left out. */
  *values(): Generator<Value, void, undefined> {
    for (const known of this.#inner.values()) yield* known.values();
  }
}
