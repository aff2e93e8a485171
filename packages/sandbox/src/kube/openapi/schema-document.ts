import type { JsonObject } from '@fluxctl/shared/kube-object';
import type { Field, ListSchema, MapSchema, ScalarType, TypeSchema } from '../schema/type-schema.ts';
import { openApiName } from './schema-names.ts';

const scalars: Readonly<Record<ScalarType, JsonObject>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
  time: { type: 'string', format: 'date-time' },
  microtime: { type: 'string', format: 'date-time' },
  quantity: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  'int-or-string': { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
};

/** Where references point to: OpenAPI 3 and 2 keep their schemas in different places. */
export interface Dialect {
  readonly refPrefix: string;
  /** OpenAPI 2 knows no `oneOf`. */
  readonly version: 2 | 3;
}

export const openApi3: Dialect = { refPrefix: '#/components/schemas/', version: 3 };
export const openApi2: Dialect = { refPrefix: '#/definitions/', version: 2 };

/** Collects the schemas of named types as they are referred to. */
export class SchemaDocument {
  readonly #dialect: Dialect;
  readonly #schemas = new Map<string, JsonObject>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** All collected so far, by full name. */
  get schemas(): JsonObject {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Adds a named type and everything that it refers to. @returns a reference to it */
  ref(schema: MapSchema & { readonly name: string }): JsonObject {
    const name = openApiName(schema.name);
    if (!this.#schemas.has(name)) {
      const body: JsonObject = {};
      this.#schemas.set(name, body);
      Object.assign(body, this.#struct(schema));
    }
    return { $ref: this.#dialect.refPrefix + name };
  }

  /** Adds to a schema that is known, such as the kinds that it is the body of. */
  extend(name: string, more: JsonObject): void {
    this.#schemas.set(name, { ...this.#schemas.get(name), ...more });
  }

  #struct(schema: MapSchema): JsonObject {
    const properties: JsonObject = {};
    const required: string[] = [];
    for (const [name, field] of schema.fields) {
      properties[name] = this.#field(field);
      if (field.required) required.push(name);
    }
    return {
      type: 'object',
      ...(schema.fields.size > 0 && { properties }),
      ...(required.length > 0 && { required }),
      ...(schema.relation === 'atomic' && { 'x-kubernetes-map-type': 'atomic' }),
    };
  }

  #field(field: Field): JsonObject {
    const body = this.#type(field.schema);
    const strategies = [
      ...(field.mergeKey === undefined ? [] : ['merge']),
      ...(field.retainKeys ? ['retainKeys'] : []),
    ];
    const isReference = body['$ref'] !== undefined;
    const base: JsonObject = isReference && this.#dialect.version === 3 ? { allOf: [body] } : body;
    return {
      ...base,
      ...(field.default !== undefined && this.#dialect.version === 3 && { default: field.default }),
      ...(strategies.length > 0 && { 'x-kubernetes-patch-strategy': strategies.join(',') }),
      ...(field.mergeKey && { 'x-kubernetes-patch-merge-key': field.mergeKey }),
    };
  }

  #type(schema: TypeSchema): JsonObject {
    switch (schema.type) {
      case 'any':
        return { type: 'object' };
      case 'scalar':
        return this.#scalar(schema.scalar);
      case 'list':
        return this.#list(schema);
      case 'map': {
        if (schema.name !== undefined) return this.ref({ ...schema, name: schema.name });
        const values = schema.values === undefined ? {} : { additionalProperties: this.#type(schema.values) };
        const atomic = schema.relation === 'atomic' && { 'x-kubernetes-map-type': 'atomic' };
        return { type: 'object', ...values, ...atomic };
      }
      default:
        return schema satisfies never;
    }
  }

  #scalar(scalar: ScalarType): JsonObject {
    if (this.#dialect.version === 3) return scalars[scalar];
    if (scalar === 'quantity') return { type: 'string' };
    return scalar === 'int-or-string' ? { type: 'string', format: 'int-or-string' } : scalars[scalar];
  }

  #list({ items, relation, keys }: ListSchema): JsonObject {
    return {
      type: 'array',
      items: this.#type(items),
      'x-kubernetes-list-type': relation,
      ...(relation === 'map' && { 'x-kubernetes-list-map-keys': [...keys] }),
    };
  }
}
