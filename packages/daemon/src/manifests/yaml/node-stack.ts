import type { YamlNode } from './node.ts';

/**
 * Gathers the nodes of nested collections on one stack, so that each ends up in an array of just its
 * size. Collections are closed in the reverse order of their opening.
 */
export class NodeStack {
  readonly #keys: string[] = [];
  readonly #values: YamlNode[] = [];
  #top = 0;

  get top(): number {
    return this.#top;
  }

  push(key: string, value: YamlNode): void {
    this.#keys[this.#top] = key;
    this.#values[this.#top] = value;
    this.#top += 1;
  }

  replace(at: number, value: YamlNode): void {
    this.#values[at] = value;
  }

  /** Place of a key among those from `base` on; -1 if it is none of them. */
  find(key: string, base: number): number {
    for (let at = base; at < this.#top; at += 1) if (this.#keys[at] === key) return at;
    return -1;
  }

  keysFrom(base: number): string[] {
    return this.#keys.slice(base, this.#top);
  }

  /** Takes off what was put on since `base`. */
  takeValues(base: number): YamlNode[] {
    const values = this.#values.slice(base, this.#top);
    this.#top = base;
    return values;
  }
}
