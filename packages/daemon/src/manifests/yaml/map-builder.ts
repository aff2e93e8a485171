import { YamlMap, type YamlNode, type YamlScalar } from './node.ts';
import type { NodeStack } from './node-stack.ts';

/** From this size on, the keys of a mapping are looked up in an index. */
const indexedFrom = 12;

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
