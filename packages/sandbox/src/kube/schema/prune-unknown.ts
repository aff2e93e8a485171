import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import type { TypeSchema } from './type-schema.ts';

/** The value without fields that the schema does not know; their paths go into `unknown`. */
export function pruneUnknown(schema: TypeSchema, value: JsonValue, unknown: string[], place = ''): JsonValue {
  if (schema.type === 'list' && Array.isArray(value)) {
    return value.map((item, index) => pruneUnknown(schema.items, item, unknown, `${place}[${index}]`));
  }
  if (schema.type !== 'map' || !isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    const inner = schema.fields.get(key)?.schema ?? (schema.prunes ? undefined : schema.values);
    const next = place === '' ? key : `${place}.${key}`;
    if (inner === undefined) unknown.push(next);
    else kept[key] = pruneUnknown(inner, entry, unknown, next);
  }
  return kept;
}
