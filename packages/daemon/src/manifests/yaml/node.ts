/**
 * A YAML value before it becomes JSON: integers and floats are told apart, as Flux v1's checksum needs
 * it, and integers keep all digits (a bigint where a JavaScript number would lose some).
 */
export type YamlNode = null | boolean | number | bigint | string | YamlFloat | YamlNode[] | YamlMap;

export type YamlScalar = null | boolean | number | bigint | string | YamlFloat;

/** A number that is written as a float: `1.0`, `1e3`, `.inf`. */
export class YamlFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** From this size on, keys are looked up in an index. */
const indexedFrom = 12;

/**
 * A mapping, its keys in the form that JSON needs. Keys that are not strings (`yes:`, `1:`) are kept
 * beside it. No key means anything to JavaScript here, `__proto__` included.
 */
export class YamlMap {
  readonly keys: string[] = [];
  readonly values: YamlNode[] = [];
  /** The keys that are not strings, by their JSON form; most mappings have none. */
  scalarKeys: Map<string, YamlScalar> | undefined;
  #index: Map<string, number> | undefined;

  get(key: string): YamlNode | undefined {
    return this.values[this.#find(key)];
  }

  /**
   * Adds a pair, or replaces the value of a key that is there.
   * @returns whether the key was there
   */
  set(key: string, value: YamlNode): boolean {
    const at = this.#find(key);
    if (at >= 0) {
      this.values[at] = value;
      return true;
    }
    this.#index?.set(key, this.keys.length);
    this.keys.push(key);
    this.values.push(value);
    if (this.#index === undefined && this.keys.length >= indexedFrom) {
      this.#index = new Map(this.keys.map((known, index) => [known, index]));
    }
    return false;
  }

  #find(key: string): number {
    return this.#index === undefined ? this.keys.indexOf(key) : (this.#index.get(key) ?? -1);
  }
}
