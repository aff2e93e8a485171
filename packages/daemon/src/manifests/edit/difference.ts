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
export function firstDifference(a: YamlNode, b: YamlNode, path: FieldPath = []): FieldPath | undefined {
  if (a === b) return undefined;
  if (a instanceof YamlMap && b instanceof YamlMap) return mapDifference(a, b, path);
  if (isSequence(a) && isSequence(b)) {
    for (const [index, item] of a.entries()) {
      const other = b[index];
      const found = other === undefined ? [...path, index] : firstDifference(item, other, [...path, index]);
      if (found) return found;
    }
    return a.length === b.length ? undefined : [...path, a.length];
  }
  const sameFloats = a instanceof YamlFloat && b instanceof YamlFloat && Object.is(a.value, b.value);
  return sameFloats ? undefined : path;
}

function mapDifference(a: YamlMap, b: YamlMap, path: FieldPath): FieldPath | undefined {
  for (const [index, key] of a.keys.entries()) {
    const other = b.keys[index] === key ? b.values[index] : b.get(key);
    const value = a.values[index] ?? null;
    // `[...path, key]` only where it is needed: this runs through whole files
    if (other === undefined) return [...path, key];
    const found = other === value ? undefined : firstDifference(value, other, [...path, key]);
    if (found) return found;
  }
  if (a.keys.length === b.keys.length) return undefined;
  const extra = b.keys.find((key) => a.get(key) === undefined);
  return [...path, extra ?? ''];
}
