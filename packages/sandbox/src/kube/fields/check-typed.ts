import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import { entrySchema, type ScalarType, type TypeSchema } from '../schema/type-schema.ts';
import { elementText, fieldElement, itemElement } from './path-element.ts';

/** As Go prints a value with `%v`: `map[a:1]`, `[a b]`. */
function goText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) {
    const entries = Object.keys(value)
      .sort()
      .map((key) => `${key}:${goText(value[key] ?? null)}`);
    return `map[${entries.join(' ')}]`;
  }
  return value === null ? '<nil>' : String(value);
}

/** As Go names a value's type with `%T`. */
function goType(value: JsonValue): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** As Go writes a value's source with `%#v`. */
function goSource(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSource).join(', ')}}`;
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}:${goSource(entry)}`);
    return `map[string]interface {}{${entries.join(', ')}}`;
  }
  return String(value);
}

const numeric: ReadonlySet<ScalarType> = new Set<ScalarType>(['int32', 'int64', 'double']);
const untyped: ReadonlySet<ScalarType> = new Set<ScalarType>(['quantity', 'int-or-string']);

function scalarFault(scalar: ScalarType, value: JsonValue): string | undefined {
  if (value === null) return undefined;
  if (numeric.has(scalar)) {
    return typeof value === 'number' ? undefined : `expected numeric (int or float), got ${goType(value)}`;
  }
  if (scalar === 'boolean') {
    return typeof value === 'boolean' ? undefined : `expected boolean, got &{${goText(value)}}`;
  }
  if (untyped.has(scalar)) {
    return typeof value === 'object' ? `expected any scalar, got &{${goText(value)}}` : undefined;
  }
  if (typeof value === 'string') return undefined;
  return `expected string, got &value.valueUnstructured{Value:${goSource(value)}}`;
}

/**
 * What keeps a value from being read by a schema in server-side apply: unknown fields, other types,
 * duplicates in keyed lists. Each with its path in front, in the real server's words.
 */
export function typedFaults(schema: TypeSchema, value: JsonValue, path = ''): string[] {
  const fault = (text: string): string => `${path}: ${text}`;
  switch (schema.type) {
    case 'any':
      return [];
    case 'scalar': {
      const text = scalarFault(schema.scalar, value);
      return text === undefined ? [] : [fault(text)];
    }
    case 'list': {
      if (value === null) return [];
      if (!Array.isArray(value)) return [fault(`expected list, got &{${goText(value)}}`)];
      const faults: string[] = [];
      const seen = new Set<string>();
      for (const [index, item] of value.entries()) {
        let element = `i:${index}`;
        if (schema.relation !== 'atomic') {
          const named = itemElement(schema, item);
          if (named instanceof Error) return [...faults, fault(`element ${index}: ${named.message}`)];
          if (seen.has(named)) faults.push(fault(`duplicate entries for key ${elementText(named)}`));
          seen.add(named);
          element = named;
        }
        faults.push(...typedFaults(schema.items, item, path + elementText(element)));
      }
      return faults;
    }
    case 'map': {
      if (value === null) return [];
      if (!isObject(value)) return [fault(`expected map, got &{${goText(value)}}`)];
      return Object.entries(value).flatMap(([key, entry]) => {
        const inner = path + elementText(fieldElement(key));
        const entryType = entrySchema(schema, key);
        if (entryType === undefined) return [`${inner}: field not declared in schema`];
        return typedFaults(entryType, entry, inner);
      });
    }
    default:
      return schema satisfies never;
  }
}
