import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, jsonType } from '../kube-object.ts';
import type { MapSchema, ScalarType, TypeSchema } from './type-schema.ts';

/** What is wrong with a body that is read into a built-in type. */
export interface DecodeFaults {
  /** The first value of another type, in the words of Go's JSON decoder. */
  readonly type: string | undefined;
  /** Paths such as `spec.template.spec.containers[0].foo`. */
  readonly unknown: readonly string[];
}

const goScalars: Readonly<Record<ScalarType, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  bytes: '[]uint8',
  time: 'string',
  microtime: 'string',
  quantity: 'string',
  'int-or-string': 'int32',
};

/** `apps.v1.DeploymentSpec` is `DeploymentSpec`. */
function structName(schema: MapSchema): string {
  return schema.name?.split('.').at(-1) ?? '';
}

function goTypeName(schema: TypeSchema): string {
  switch (schema.type) {
    case 'any':
      return 'interface {}';
    case 'scalar':
      return goScalars[schema.scalar];
    case 'list':
      return `[]${goTypeName(schema.items)}`;
    case 'map':
      if (schema.fields.size > 0) return `v1.${structName(schema)}`;
      return `map[string]${schema.values === undefined ? 'interface {}' : goTypeName(schema.values)}`;
    default:
      return schema satisfies never;
  }
}

const quantity = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** A value of the right JSON type whose text cannot be read; undefined when it can. */
export function textFault(scalar: ScalarType, value: JsonValue): string | undefined {
  if (scalar === 'quantity' && !quantity.test(String(value))) {
    return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  }
  if ((scalar === 'time' || scalar === 'microtime') && typeof value === 'string' && !rfc3339.test(value)) {
    const start = /^\d{4}/.test(value) ? '-' : '2006';
    return `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as ${JSON.stringify(start)}`;
  }
  if (scalar === 'bytes' && typeof value === 'string') {
    const at = value.replaceAll(/[\r\n]/g, '').search(/[^A-Za-z0-9+/=]/);
    if (at >= 0) return `illegal base64 data at input byte ${at}`;
    const bare = value.replaceAll(/[\r\n]/g, '');
    if (bare.length % 4 !== 0) return `illegal base64 data at input byte ${bare.length - (bare.length % 4)}`;
  }
  return undefined;
}

function fits(scalar: ScalarType, value: JsonValue): boolean {
  switch (scalar) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'int32':
    case 'int64':
      return typeof value === 'number' && Number.isInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'quantity':
    case 'int-or-string':
      return typeof value === 'number' || typeof value === 'string';
    default:
      return typeof value === 'string';
  }
}

/** Looks a body through in the order in which it is written, as a decoder would meet its faults. */
export function decodeFaults(schema: MapSchema, body: JsonValue): DecodeFaults {
  const unknown: string[] = [];
  let type: string | undefined;
  const wrongType = (inside: MapSchema, path: string, value: JsonValue, wanted: TypeSchema): void => {
    const fraction = typeof value === 'number' && !Number.isInteger(value) ? ` ${value}` : '';
    type ??=
      `json: cannot unmarshal ${jsonType(value)}${fraction} into Go struct field ` +
      `${structName(inside)}.${path} of type ${goTypeName(wanted)}`;
  };
  // `path` has no positions, as Go prints it; `place` has them.
  const visit = (
    schema: TypeSchema,
    value: JsonValue,
    path: string,
    place: string,
    inside: MapSchema,
  ): void => {
    if (value === null || schema.type === 'any') return;
    switch (schema.type) {
      case 'scalar':
        if (!fits(schema.scalar, value)) wrongType(inside, path, value, schema);
        else type ??= textFault(schema.scalar, value);
        return;
      case 'list':
        if (!Array.isArray(value)) wrongType(inside, path, value, schema);
        else
          for (const [index, item] of value.entries())
            visit(schema.items, item, path, `${place}[${index}]`, inside);
        return;
      case 'map': {
        if (!isObject(value)) {
          wrongType(inside, path, value, schema);
          return;
        }
        const struct = schema.fields.size > 0 ? schema : inside;
        for (const [key, entry] of Object.entries(value)) {
          const inner = schema.fields.get(key)?.schema ?? schema.values;
          const isField = schema.fields.has(key);
          const nextPlace = place === '' ? key : `${place}.${key}`;
          const nextPath = isField ? (path === '' ? key : `${path}.${key}`) : path;
          if (inner === undefined) unknown.push(nextPlace);
          else visit(inner, entry, nextPath, nextPlace, struct);
        }
        return;
      }
      default:
        schema satisfies never;
    }
  };
  visit(schema, body, '', '', schema);
  return { type, unknown };
}
