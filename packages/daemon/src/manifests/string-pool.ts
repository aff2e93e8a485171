/** Enough for the kinds, API versions and namespaces of any cluster. */
const maxStrings = 20_000;

/** One string for all that are equal: ten thousand objects have few kinds and namespaces. */
export class StringPool {
  readonly #strings = new Map<string, string>();

  shared(text: string): string {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    if (this.#strings.size >= maxStrings) this.#strings.clear();
    const own = detached(text);
    this.#strings.set(own, own);
    return own;
  }
}

/** A slice up to this length is a copy of its own in V8; a longer one keeps the whole text that it was cut from. */
const longestCopy = 12;

/** The same text, that keeps no other text in memory. */
export function detached(text: string): string {
  return text.length <= longestCopy ? text : Buffer.from(text, 'utf8').toString('utf8');
}
