import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import { anySchema, entrySchema, type TypeSchema } from '../schema/type-schema.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, itemElement, type PathElement } from './path-element.ts';

/**
 * The fields that a value sets: what an applier of exactly this owns.
 * @returns `leaf` when the value is owned as a whole
 */
function walk(schema: TypeSchema, value: JsonValue): { readonly leaf: boolean; readonly set: FieldSet } {
  const set = new FieldSet();
  const add = (element: PathElement, inner: TypeSchema, entry: JsonValue, itself: boolean): void => {
    const below = walk(inner, entry);
    if (below.leaf || itself) set.members.add(element);
    if (!below.set.empty) set.children.set(element, below.set);
  };
  switch (schema.type) {
    case 'scalar':
      return { leaf: true, set };
    case 'any':
      if (schema.atomic || !isObject(value)) return { leaf: true, set };
      for (const [key, entry] of Object.entries(value)) add(fieldElement(key), anySchema, entry, true);
      return { leaf: false, set };
    case 'list':
      if (schema.relation === 'atomic') return { leaf: true, set };
      for (const item of Array.isArray(value) ? value : []) {
        const element = itemElement(schema, item);
        // An item that cannot be named still shows that the list is not empty.
        add(element instanceof Error ? '' : element, schema.items, item, true);
      }
      return { leaf: false, set };
    case 'map':
      if (schema.relation === 'atomic') return { leaf: true, set };
      for (const [key, entry] of isObject(value) ? Object.entries(value) : []) {
        const inner = entrySchema(schema, key);
        if (inner === undefined) continue;
        const bare = entry === null || (isObject(entry) && Object.keys(entry).length === 0);
        add(fieldElement(key), inner, entry, bare || !schema.fields.has(key));
      }
      return { leaf: false, set };
    default:
      return schema satisfies never;
  }
}

export function fieldsOf(schema: TypeSchema, value: JsonValue): FieldSet {
  return walk(schema, value).set;
}
