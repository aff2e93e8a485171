import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import type { MapSchema, TypeSchema } from '../schema/type-schema.ts';
import { coreDefaults } from './core-defaults.ts';
import type { DefaultType } from './default-type.ts';
import { otherDefaults } from './other-defaults.ts';
import { workloadDefaults } from './workload-defaults.ts';

const byType: ReadonlyMap<string, DefaultType> = new Map(
  Object.entries({ ...coreDefaults, ...workloadDefaults, ...otherDefaults }),
);

/** Sets a built-in object's defaults, in place: those of a struct before those of what it holds. */
export function applyDefaults(schema: MapSchema, object: JsonObject): void {
  visit(schema, object, object);
}

function visit(schema: TypeSchema, value: JsonValue, root: JsonObject): void {
  if (schema.type === 'list' && Array.isArray(value)) {
    for (const item of value) visit(schema.items, item, root);
  } else if (schema.type === 'map' && isObject(value)) {
    if (schema.name !== undefined) byType.get(schema.name)?.(value, root);
    for (const [name, field] of schema.fields) {
      const entry = value[name];
      if (entry === undefined) {
        if (isRealDefault(field.default)) value[name] = field.default;
      } else visit(field.schema, entry, root);
    }
    if (schema.values !== undefined && schema.fields.size === 0) {
      for (const entry of Object.values(value)) visit(schema.values, entry, root);
    }
  }
}

/** A default that says something; empty ones only tell how Go writes the field. */
function isRealDefault(value: JsonValue | undefined): value is string | number | boolean {
  return typeof value !== 'object' && Boolean(value);
}

/** Custom kinds take their defaults from their definition's schema. */
export function applyCustomDefaults(schema: TypeSchema, value: JsonValue): JsonValue {
  if (schema.type === 'list' && Array.isArray(value)) {
    return value.map((item) => applyCustomDefaults(schema.items, item));
  }
  if (schema.type !== 'map' || !isObject(value)) return value;
  const filled: JsonObject = { ...value };
  for (const [name, field] of schema.fields) {
    // A null where none is allowed gives way to the default.
    if ((filled[name] ?? undefined) === undefined && field.default !== undefined) {
      filled[name] = structuredClone(field.default);
    }
  }
  for (const [name, entry] of Object.entries(filled)) {
    const inner = schema.fields.get(name)?.schema ?? schema.values;
    if (inner !== undefined) filled[name] = applyCustomDefaults(inner, entry);
  }
  return filled;
}
