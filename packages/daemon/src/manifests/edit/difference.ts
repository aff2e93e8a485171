import type { FieldPath } from '../field-path.ts';
import { isSequence, YamlFloat, YamlMap, type YamlNode } from '../yaml/node.ts';

/** A value with another one somewhere in it, or with one less where that is undefined; the original stays. */
export function withValue(root: YamlNode, [part, ...rest]: FieldPath, value: YamlNode | undefined): YamlNode {
  if (typeof part === 'number') {
    const items = isSequence(root) ? [...root] : [];
    items[part] = changed(items[part], rest, value) ?? null;
    return items;
  }
  const map = root instanceof YamlMap ? root : new YamlMap([], []);
  const key = part ?? '';
  const at = map.keys.indexOf(key);
  const next = changed(map.values[at], rest, value);
  if (next === undefined) {
    const keeps = (_: unknown, index: number) => index !== at;
    return new YamlMap(map.keys.filter(keeps), map.values.filter(keeps), map.scalarKeys);
  }
  if (at < 0) return new YamlMap([...map.keys, key], [...map.values, next], map.scalarKeys);
  return new YamlMap(map.keys, map.values.with(at, next), map.scalarKeys);
}

function changed(
  old: YamlNode | undefined,
  rest: FieldPath,
  value: YamlNode | undefined,
): YamlNode | undefined {
  return rest.length === 0 ? value : withValue(old ?? null, rest, value);
}

/** The first place where two values are not the same; the order of keys does not count. */
export function firstDifference(a: YamlNode, b: YamlNode): FieldPath | undefined {
  if (a === b) return undefined;
  if (a instanceof YamlMap && b instanceof YamlMap) return mapDifference(a, b);
  if (isSequence(a) && isSequence(b)) {
    // the path is put together on the way back, and mostly not at all: this runs through whole files
    for (let index = 0; index < a.length; index += 1) {
      const other = b[index];
      const found = other === undefined ? [] : firstDifference(a[index] ?? null, other);
      if (found) return [index, ...found];
    }
    return a.length === b.length ? undefined : [a.length];
  }
  const sameFloats = a instanceof YamlFloat && b instanceof YamlFloat && Object.is(a.value, b.value);
  return sameFloats ? undefined : [];
}

function mapDifference(a: YamlMap, b: YamlMap): FieldPath | undefined {
  for (let index = 0; index < a.keys.length; index += 1) {
    const key = a.keys[index] ?? '';
    const other = b.keys[index] === key ? b.values[index] : b.get(key);
    const found = other === undefined ? [] : firstDifference(a.values[index] ?? null, other);
    if (found) return [key, ...found];
  }
  if (a.keys.length === b.keys.length) return undefined;
  const extra = b.keys.find((key) => a.get(key) === undefined);
  return [extra ?? ''];
}
