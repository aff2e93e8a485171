import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import type { Field, MapSchema, TypeSchema } from './type-schema.ts';

/** The value that a Go struct holds for a field that nobody set, where it is written at all. */
function zeroOf({ schema, required, always, default: value }: Field): JsonValue | undefined {
  if (always && schema.type === 'map') return emptyValue(schema);
  if (!required) return undefined;
  if (schema.type === 'scalar') return value === '' || value === 0 || value === false ? value : undefined;
  return null;
}

/** A new object of a built-in type as Go makes it: structs by value are there, lists that must be there are null. */
export function emptyValue(schema: MapSchema): JsonObject {
  const empty: JsonObject = {};
  for (const [name, field] of schema.fields) {
    const zero = zeroOf(field);
    if (zero !== undefined) empty[name] = zero;
  }
  return empty;
}

function isBare(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/**
 * A value as it comes back from Go: nulls and empty lists and maps are gone, structs by value and zeros
 * that are always written have come.
 */
export function normalize(schema: TypeSchema, value: JsonValue): JsonValue {
  if (schema.type === 'list') {
    return Array.isArray(value) ? value.map((item) => normalize(schema.items, item ?? {})) : value;
  }
  if (schema.type !== 'map' || !isObject(value)) return value;
  const normal: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    const field = schema.fields.get(key);
    const inner = field?.schema ?? schema.values;
    if (inner === undefined) continue; // unknown fields are told elsewhere
    if (entry === null) {
      // In a map with free keys a null becomes the zero of its values.
      if (field === undefined && inner.type === 'scalar') normal[key] = '';
      continue;
    }
    const isStruct = inner.type === 'map' && inner.name !== undefined;
    if (field?.omitsZero && (entry === '' || entry === 0 || entry === false)) continue;
    if (field !== undefined && !field.required && !isStruct && inner.type !== 'any' && isBare(entry))
      continue;
    normal[key] = normalize(inner, entry);
  }
  for (const [name, field] of schema.fields) {
    if (normal[name] !== undefined) continue;
    const zero = zeroOf(field);
    if (zero === undefined || zero === null) continue;
    normal[name] = zero;
  }
  return normal;
}
