import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, listAt, objectAt, stringAt } from '../kube-object.ts';
import { anySchema, type Field, type MapSchema, type ScalarType, type TypeSchema } from './type-schema.ts';

const scalars: Readonly<Record<string, ScalarType>> = {
  string: 'string',
  boolean: 'boolean',
  integer: 'int64',
  number: 'double',
};

function field(schema: TypeSchema, value?: JsonValue): Field {
  return {
    schema,
    required: false,
    default: value,
    always: false,
    mergeKey: undefined,
    retainKeys: false,
    omitsZero: false,
  };
}

function mapOf(schema: JsonObject, preserves: boolean): TypeSchema {
  const properties = objectAt(schema, 'properties') ?? {};
  const additional = schema['additionalProperties'];
  const fields = new Map<string, Field>();
  for (const [name, property] of Object.entries(properties)) {
    const inner = isObject(property) ? property : {};
    fields.set(name, field(readStructural(inner, preserves), inner['default']));
  }
  const relation = schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : 'granular';
  const values = isObject(additional)
    ? readStructural(additional, preserves)
    : additional === true || preserves
      ? anySchema
      : undefined;
  if (fields.size === 0 && values === undefined && relation === 'granular') {
    // An object about which nothing is said: anything may be applied to it, and nothing of that is kept.
    return { type: 'map', fields, values: anySchema, prunes: true, relation };
  }
  return { type: 'map', fields, values, relation };
}

function listOf(schema: JsonObject, preserves: boolean): TypeSchema {
  const items = objectAt(schema, 'items');
  const itemSchema = items === undefined ? anySchema : readStructural(items, preserves);
  const listType = schema['x-kubernetes-list-type'];
  const relation = listType === 'map' || listType === 'set' ? listType : 'atomic';
  const keys = listAt(schema, 'x-kubernetes-list-map-keys').map(String);
  return { type: 'list', items: itemSchema, relation, keys };
}

/** Reads a part of a definition's structural schema. */
function readStructural(schema: JsonObject, inherited: boolean): TypeSchema {
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true || inherited;
  if (schema['x-kubernetes-int-or-string'] === true) return { type: 'scalar', scalar: 'int-or-string' };
  if (schema['x-kubernetes-embedded-resource'] === true && objectAt(schema, 'properties') === undefined) {
    return anySchema;
  }
  const type = stringAt(schema, 'type');
  switch (type) {
    case 'object':
      return mapOf(schema, schema['x-kubernetes-preserve-unknown-fields'] === true);
    case 'array':
      return listOf(schema, false);
    case undefined:
      return anySchema;
    default: {
      const scalar = scalars[type];
      return scalar === undefined || preserves === undefined ? anySchema : { type: 'scalar', scalar };
    }
  }
}

/**
 * The type of a custom kind.
 * @param openApi - the version's `openAPIV3Schema`
 * @param metadata - every object's metadata has the same type
 */
export function customSchema(openApi: JsonObject, metadata: TypeSchema): MapSchema {
  const read = readStructural({ type: 'object', ...openApi }, false);
  const fields = new Map<string, Field>(read.type === 'map' ? read.fields : []);
  const text: TypeSchema = { type: 'scalar', scalar: 'string' };
  fields.set('apiVersion', field(text));
  fields.set('kind', field(text));
  fields.set('metadata', field(metadata));
  const values = read.type === 'map' ? read.values : undefined;
  return { type: 'map', fields, values, relation: 'granular' };
}
