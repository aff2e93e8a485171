import type { JsonValue } from '@fluxctl/shared/kube-object';
import type { SchemaData } from './schema-data.ts';
import {
  anySchema,
  type Field,
  type ListSchema,
  type MapSchema,
  rawSchema,
  type ScalarType,
  type TypeSchema,
} from './type-schema.ts';

const scalarTypes: ReadonlySet<string> = new Set<ScalarType>([
  'string',
  'boolean',
  'int32',
  'int64',
  'double',
  'bytes',
  'time',
  'microtime',
  'quantity',
  'int-or-string',
]);

interface FieldWords {
  readonly type: string;
  required: boolean;
  relation: 'atomic' | 'set' | 'map' | 'granular' | undefined;
  keys: readonly string[];
  mergeKey: string | undefined;
  retainKeys: boolean;
  omitsZero: boolean;
  values: readonly string[] | undefined;
  default: JsonValue | undefined;
}

const argument = /^(\w+)\((.*)\)$/;

function readWords(text: string): FieldWords {
  const defaultAt = text.indexOf(' =');
  const [type = 'any', ...words] = (defaultAt < 0 ? text : text.slice(0, defaultAt)).split(' ');
  const field: FieldWords = {
    type,
    required: false,
    relation: undefined,
    keys: [],
    mergeKey: undefined,
    retainKeys: false,
    omitsZero: false,
    values: undefined,
    default: defaultAt < 0 ? undefined : (JSON.parse(text.slice(defaultAt + 2)) as JsonValue),
  };
  for (const word of words) {
    const [, name = word, value = ''] = argument.exec(word) ?? [];
    if (name === '!') field.required = true;
    else if (name === '?') field.omitsZero = true;
    else if (name === 'map') [field.relation, field.keys] = ['map', value.split(',')];
    else if (name === 'atomic' || name === 'set' || name === 'granular') field.relation = name;
    else if (name === 'merge') field.mergeKey = value;
    else if (name === 'retainKeys') field.retainKeys = true;
    else if (name === 'enum') field.values = value.split('|');
  }
  return field;
}

/** The types of the data file, made into schemas as they are asked for. */
export class BuiltinSchemas {
  readonly #types: SchemaData['types'];
  readonly #schemas = new Map<string, MapSchema>();

  constructor(types: SchemaData['types']) {
    this.#types = types;
  }

  /** @param name - `apps.v1.Deployment` */
  type(name: string): MapSchema {
    const known = this.#schemas.get(name);
    if (known !== undefined) return known;
    const data = this.#types[name] ?? {};
    let fields: ReadonlyMap<string, Field> | undefined;
    const read = (): ReadonlyMap<string, Field> => this.#readFields(data);
    const schema: MapSchema = {
      type: 'map',
      name,
      values: undefined,
      relation: data['*'] === 'atomic' ? 'atomic' : 'granular',
      // Types may hold themselves (JSONSchemaProps), so fields are read when first looked at.
      get fields() {
        fields ??= read();
        return fields;
      },
    };
    this.#schemas.set(name, schema);
    return schema;
  }

  #readFields(data: Readonly<Record<string, string>>): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    for (const [name, text] of Object.entries(data)) {
      if (name === '*') continue;
      const words = readWords(text);
      const schema = this.#schema(words.type, words);
      // Asked by name: looking at its fields here would never end for a type that holds itself.
      const isStruct = schema.type === 'map' && schema.name !== undefined;
      fields.set(name, {
        schema,
        required: words.required,
        default: words.default,
        always: isStruct && words.default !== undefined,
        mergeKey: words.mergeKey,
        retainKeys: words.retainKeys,
        omitsZero: words.omitsZero,
      });
    }
    return fields;
  }

  #schema(type: string, words: FieldWords | undefined): TypeSchema {
    if (type === 'any') return anySchema;
    if (type === 'raw') return rawSchema;
    if (type.startsWith('[]')) return this.#list(type.slice(2), words);
    if (type.startsWith('{}')) {
      const relation = words?.relation === 'atomic' ? 'atomic' : 'granular';
      return { type: 'map', fields: new Map(), values: this.#schema(type.slice(2), undefined), relation };
    }
    if (scalarTypes.has(type)) {
      const scalar = { type: 'scalar', scalar: type as ScalarType } as const;
      return words?.values === undefined ? scalar : { ...scalar, values: words.values };
    }
    const struct = this.type(type);
    return words?.relation === 'atomic' ? withRelation(struct, 'atomic') : struct;
  }

  #list(itemType: string, words: FieldWords | undefined): ListSchema {
    const items = this.#schema(itemType, undefined);
    // A list without a list type is what its merge strategy says: that is how the server reads it.
    const { relation, mergeKey } = words ?? {};
    if (relation === 'map') return { type: 'list', items, relation, keys: words?.keys ?? [] };
    if (relation === 'set') return { type: 'list', items, relation, keys: [] };
    if (relation === 'atomic' || mergeKey === undefined) {
      return { type: 'list', items, relation: 'atomic', keys: [] };
    }
    return mergeKey === ''
      ? { type: 'list', items, relation: 'set', keys: [] }
      : { type: 'list', items, relation: 'map', keys: [mergeKey] };
  }
}

function withRelation(struct: MapSchema, relation: MapSchema['relation']): MapSchema {
  return Object.create(struct, { relation: { value: relation, enumerable: true } }) as MapSchema;
}
