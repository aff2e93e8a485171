import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { badRequest } from '../api-error.ts';
import { isObject, jsonType, type KubeObject, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { WriteOptions } from './context.ts';

function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [field, entry] of Object.entries(value)) if (entry !== null) kept[field] = withoutNulls(entry);
  return kept;
}

/**
 * Reads a body as an object of a kind: its type is checked, unknown fields go, defaults come.
 * @throws {ApiError} 400
 */
export function decode(kind: Kind, body: JsonValue, _options: WriteOptions): KubeObject {
  if (!isObject(body)) {
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(body)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const apiVersion = stringAt(body, 'apiVersion') ?? kind.apiVersion;
  if (apiVersion !== kind.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${kind.apiVersion})`,
    );
  }
  const object = withoutNulls(body) as KubeObject;
  return {
    ...object,
    apiVersion,
    kind: kind.kind,
    metadata: isObject(object.metadata) ? object.metadata : { name: '' },
  };
}
