/**
 * A YAML value before it becomes JSON: integers and floats are told apart, as Flux v1's checksum needs
 * it, and integers keep all digits (a bigint where a JavaScript number would lose some).
 */
export type YamlNode = null | boolean | number | bigint | string | YamlFloat | readonly YamlNode[] | YamlMap;

export type YamlScalar = null | boolean | number | bigint | string | YamlFloat;

/** A number that is written as a float: `1.0`, `1e3`, `.inf`. */
export class YamlFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** The keys that are not strings (`yes:`, `1:`), by the form that JSON needs. */
export type ScalarKeys = ReadonlyMap<string, YamlScalar>;

/**
 * A mapping, its keys in the form that JSON needs, each once. No key means anything to JavaScript here,
 * `__proto__` included.
 */
export class YamlMap {
  readonly keys: readonly string[];
  /** In the order of `keys`. */
  readonly values: readonly YamlNode[];
  /** Undefined for most mappings. */
  readonly scalarKeys: ScalarKeys | undefined;

  constructor(keys: readonly string[], values: readonly YamlNode[], scalarKeys?: ScalarKeys) {
    this.keys = keys;
    this.values = values;
    this.scalarKeys = scalarKeys;
  }

  get(key: string): YamlNode | undefined {
    return this.values[this.keys.indexOf(key)];
  }
}

export function isSequence(node: YamlNode | undefined): node is readonly YamlNode[] {
  return Array.isArray(node);
}
