import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import { anySchema, entrySchema, type TypeSchema } from '../schema/type-schema.ts';
import type { FieldSet } from './field-set.ts';
import { fieldElement, itemElement } from './path-element.ts';

/** The value without the fields and items of a set; a list or map that becomes empty becomes null. */
export function removeFields(schema: TypeSchema, value: JsonValue, gone: FieldSet): JsonValue {
  switch (schema.type) {
    case 'scalar':
      return value;
    case 'any':
      return isObject(value) && !schema.atomic ? removeEntries(() => anySchema, value, gone) : value;
    case 'list': {
      if (!Array.isArray(value) || schema.relation === 'atomic') return null;
      const kept = value.flatMap((item) => {
        const element = itemElement(schema, item);
        if (element instanceof Error) return [item];
        if (gone.members.has(element)) return [];
        const below = gone.children.get(element);
        return [below === undefined ? item : removeFields(schema.items, item, below)];
      });
      return kept.length > 0 ? kept : null;
    }
    case 'map':
      if (!isObject(value) || schema.relation === 'atomic') return null;
      return removeEntries((key) => entrySchema(schema, key), value, gone);
    default:
      return schema satisfies never;
  }
}

function removeEntries(
  schemaOf: (key: string) => TypeSchema | undefined,
  value: JsonObject,
  gone: FieldSet,
): JsonObject | null {
  const kept: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    const element = fieldElement(key);
    if (gone.members.has(element)) continue;
    const below = gone.children.get(element);
    const schema = schemaOf(key);
    kept[key] = below === undefined || schema === undefined ? entry : removeFields(schema, entry, below);
  }
  return Object.keys(kept).length > 0 ? kept : null;
}
