/** Counts within windows of time, each beginning with its first count. */
export class WindowCounter {
  readonly #windows = new Map<string, { count: number; readonly ends: number }>();

  /** @param now - milliseconds since 1970; so is `ends` in the result */
  state(key: string, now: number): { readonly count: number; readonly ends: number | undefined } {
    const found = this.#windows.get(key);
    return found && found.ends > now ? found : { count: 0, ends: undefined };
  }

  add(key: string, now: number, windowMs: number): void {
    const found = this.#windows.get(key);
    if (found && found.ends > now) found.count += 1;
    else this.#windows.set(key, { count: 1, ends: now + windowMs });
  }
}
