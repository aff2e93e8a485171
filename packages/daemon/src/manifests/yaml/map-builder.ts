import { YamlMap, type YamlNode, type YamlScalar } from './node.ts';

/** From this size on, the keys of a mapping are looked up in an index. */
const indexedFrom = 12;

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

/** Builds one mapping on a stack; a key that comes again replaces the value. */
export class MapBuilder {
  readonly #stack: NodeStack;
  readonly #base: number;
  #index: Map<string, number> | undefined;
  #scalarKeys: Map<string, YamlScalar> | undefined;

  constructor(stack: NodeStack) {
    this.#stack = stack;
    this.#base = stack.top;
  }

  /** @returns whether the key was there before */
  set(key: string, value: YamlNode): boolean {
    const at = this.#find(key);
    if (at >= 0) {
      this.#stack.replace(at, value);
      return true;
    }
    this.#index?.set(key, this.#stack.top);
    this.#stack.push(key, value);
    return false;
  }

  /** Notes that a key is no string in YAML. */
  noteScalarKey(key: string, scalar: YamlScalar): void {
    this.#scalarKeys ??= new Map();
    this.#scalarKeys.set(key, scalar);
  }

  build(): YamlMap {
    const keys = this.#stack.keysFrom(this.#base);
    return new YamlMap(keys, this.#stack.takeValues(this.#base), this.#scalarKeys);
  }

  #find(key: string): number {
    if (this.#index === undefined) {
      if (this.#stack.top - this.#base < indexedFrom) return this.#stack.find(key, this.#base);
      this.#index = new Map(this.#stack.keysFrom(this.#base).map((known, at) => [known, this.#base + at]));
    }
    return this.#index.get(key) ?? -1;
  }
}
