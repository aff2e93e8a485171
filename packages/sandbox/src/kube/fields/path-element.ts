import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import type { ListSchema } from '../schema/type-schema.ts';

/**
 * One step of a field's path, written as `fieldsV1` writes it: `f:spec` a field, `k:{"name":"web"}` a list
 * item by its keys, `v:"a"` a member of a set, `i:0` a position.
 */
export type PathElement = string;

export type FieldPath = readonly PathElement[];

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

export function fieldName(element: PathElement): string | undefined {
  return element.startsWith('f:') ? element.slice(2) : undefined;
}

/** JSON with its keys in order, so that equal values are equal texts. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${entries.join(',')}}`;
}

/**
 * The element that names an item of a list that is a set or a map.
 * @returns why there is none, as an `Error`, in the real server's words
 */
export function itemElement(list: ListSchema, item: JsonValue): PathElement | Error {
  if (list.relation === 'set') {
    if (item === null) return new Error('associative list without keys may not have a null element');
    return `v:${canonicalJson(item)}`;
  }
  if (item === null) return new Error('associative list with keys may not have a null element');
  if (!isObject(item)) return new Error('associative list with keys may not have non-map elements');
  const keys: JsonObject = {};
  const fields = list.items.type === 'map' ? list.items.fields : undefined;
  for (const key of list.keys) {
    const value = Object.hasOwn(item, key) ? item[key] : fields?.get(key)?.default;
    if (value !== undefined) keys[key] = value;
  }
  if (Object.keys(keys).length === 0) {
    const names = list.keys.map((key) => JSON.stringify(key)).join(' ');
    return new Error(
      `associative list with keys has an element that omits all key fields [${names}] ` +
        "(and doesn't have default values for any key fields)",
    );
  }
  return `k:${canonicalJson(keys)}`;
}

/** `.spec`, `[name="web"]`, `[="a"]`: how messages write it. */
export function elementText(element: PathElement): string {
  const body = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${body}`;
    case 'k': {
      const keys = Object.entries(JSON.parse(body) as JsonObject);
      return `[${keys.map(([key, value]) => `${key}=${canonicalJson(value)}`).join(',')}]`;
    }
    case 'v':
      return `[=${body}]`;
    default:
      return `[${body}]`;
  }
}

export function pathText(path: FieldPath): string {
  return path.map(elementText).join('');
}

/** Fields before keys before values, each by name. */
export function compareElements(a: PathElement, b: PathElement): number {
  const order = 'fkvi';
  const rank = order.indexOf(a[0] ?? '') - order.indexOf(b[0] ?? '');
  if (rank !== 0) return rank;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
