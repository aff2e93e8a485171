import type { JsonValue } from '@fluxctl/shared/kube-object';

export type ScalarType =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  | 'bytes'
  | 'time'
  | 'microtime'
  | 'quantity'
  | 'int-or-string';

export interface ScalarSchema {
  readonly type: 'scalar';
  readonly scalar: ScalarType;
  readonly values?: readonly string[];
}

/** No schema: what it holds decides; maps are granular, lists atomic. */
export interface AnySchema {
  readonly type: 'any';
  /** Then even a map is one value. */
  readonly atomic: boolean;
}

export interface ListSchema {
  readonly type: 'list';
  readonly items: TypeSchema;
  readonly relation: 'atomic' | 'set' | 'map';
  /** The fields that name an item, for `map`. */
  readonly keys: readonly string[];
}

export interface Field {
  readonly schema: TypeSchema;
  readonly required: boolean;
  readonly default: JsonValue | undefined;
  /** A Go struct by value: there even when nobody wrote it. */
  readonly always: boolean;
  /** Strategic merge patch: lists merge by this key; empty for lists of scalars; undefined replaces. */
  readonly mergeKey: string | undefined;
  readonly retainKeys: boolean;
  /** A zero (`false`, 0, an empty text) is as good as nothing and is not kept. */
  readonly omitsZero: boolean;
}

export interface MapSchema {
  readonly type: 'map';
  /** Empty for maps with free keys. */
  readonly fields: ReadonlyMap<string, Field>;
  /** Schema of values under keys that are no fields; undefined where such keys are unknown fields. */
  readonly values: TypeSchema | undefined;
  /** Custom objects lose what stands under keys that are no fields, even where an applier may own it. */
  readonly prunes?: true;
  readonly relation: 'granular' | 'atomic';
  /** Its name in the OpenAPI document, where it has one: `core.v1.PodSpec`. */
  readonly name?: string;
}

export type TypeSchema = ScalarSchema | AnySchema | ListSchema | MapSchema;

export const anySchema: AnySchema = { type: 'any', atomic: false };
export const rawSchema: AnySchema = { type: 'any', atomic: true };

/** The schema of one entry of a map, or undefined when the map knows no such field. */
export function entrySchema(map: MapSchema, key: string): TypeSchema | undefined {
  return map.fields.get(key)?.schema ?? map.values;
}
