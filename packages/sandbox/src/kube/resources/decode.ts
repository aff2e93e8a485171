import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError, badRequest, invalid } from '../api-error.ts';
import { applyCustomDefaults, applyDefaults } from '../defaults/apply-defaults.ts';
import { objectText } from '../fields/apply-fields.ts';
import { isObject, jsonType, type KubeObject, stringAt } from '../kube-object.ts';
import { type Kind, parseApiVersion } from '../registry/kind.ts';
import { type DecodeFaults, decodeFaults } from '../schema/decode-faults.ts';
import { normalize } from '../schema/empty-value.ts';
import { pruneUnknown } from '../schema/prune-unknown.ts';
import type { WriteOptions } from './context.ts';

/** The body as an object of this kind: kind and version may be left out, but not be others. */
function checkKind(kind: Kind, body: JsonValue): JsonObject {
  if (!isObject(body)) {
    const target =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    throw badRequest(
      `the object provided is unrecognized (must be of type ${kind.kind}): couldn't get version/kind; ` +
        `json parse error: json: cannot unmarshal ${jsonType(body)} into Go value of type ${target}`,
    );
  }
  const apiVersion = stringAt(body, 'apiVersion') || kind.apiVersion;
  const ownKind = stringAt(body, 'kind') || kind.kind;
  const { version } = parseApiVersion(apiVersion);
  const handled = `${ownKind} in version ${JSON.stringify(version)} cannot be handled as a ${kind.kind}`;
  if (ownKind !== kind.kind) {
    if (kind.custom === undefined) {
      const [from, to] = [`v1.${ownKind}`, `${kind.group || 'core'}.${kind.kind}`];
      throw badRequest(`${handled}: converting (${from}) to (${to}): unknown conversion`);
    }
    const message = `Invalid value: ${JSON.stringify(ownKind)}: must be ${kind.kind}`;
    const fault = { reason: 'FieldValueInvalid', field: 'kind', message } as const;
    throw invalid({ group: kind.group, kind: ownKind }, stringAt(body, 'metadata', 'name') ?? '', [fault]);
  }
  if (apiVersion !== kind.apiVersion) {
    throw badRequest(
      kind.custom === undefined
        ? `${handled}: no kind ${JSON.stringify(ownKind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`
        : `the API version in the data (${apiVersion}) does not match the expected API version (${kind.apiVersion})`,
    );
  }
  return body;
}

/** Tells of unknown and repeated fields as the request wants it told. @returns the text of a refusal */
function tellUnknown(fields: readonly string[], options: WriteOptions): string | undefined {
  const texts = [
    ...fields.map((field) => `unknown field ${JSON.stringify(field)}`),
    ...options.repeated.map((field) => `duplicate field ${JSON.stringify(field)}`),
  ];
  if (texts.length === 0 || options.fieldValidation === 'Ignore') return undefined;
  if (options.fieldValidation === 'Strict') return `strict decoding error: ${texts.join(', ')}`;
  for (const text of texts) options.warn(text);
  return undefined;
}

/** What every object has comes first, as the real server writes it. */
function inOrder(kind: Kind, body: JsonObject): JsonObject {
  const { apiVersion: _, kind: _kind, metadata, ...rest } = body as { [field: string]: JsonValue };
  return {
    kind: kind.kind,
    apiVersion: kind.apiVersion,
    metadata: isObject(metadata) ? metadata : {},
    ...rest,
  };
}

/** Reads a value that has the right types: as Go would write it, with its defaults. */
function finish(kind: Kind, body: JsonObject): KubeObject {
  const object = normalize(kind.schema, inOrder(kind, body)) as KubeObject;
  applyDefaults(kind.schema, object);
  return object;
}

/** Reads a custom object: what its definition does not know goes, metadata is read as everybody's. */
function finishCustom(kind: Kind, body: JsonObject, unknown: string[]): KubeObject {
  const { metadata, ...rest } = pruneUnknown(kind.schema, body, unknown) as { [field: string]: JsonValue };
  const metadataSchema = kind.schema.fields.get('metadata')?.schema ?? kind.schema;
  const object = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    metadata: normalize(metadataSchema, isObject(metadata) ? metadata : {}),
    ...rest,
  };
  return applyCustomDefaults(kind.schema, {
    ...object,
    apiVersion: kind.apiVersion,
    kind: kind.kind,
  }) as KubeObject;
}

/** The first value of metadata that has another type. */
function metadataFault(kind: Kind, body: JsonObject): string | undefined {
  const schema = kind.schema.fields.get('metadata')?.schema;
  if (schema?.type !== 'map' || body['metadata'] === undefined) return undefined;
  return decodeFaults(schema, body['metadata']).type;
}

export type Refuse = (message: string) => ApiError;

/**
 * Reads a body as an object of a kind: types are checked, unknown fields told and dropped, defaults set.
 * @param refuse - makes the error of what cannot be read; patches say it in their own way
 * @throws {ApiError}
 */
export function decode(kind: Kind, sent: JsonValue, options: WriteOptions, refuse?: Refuse): KubeObject {
  const body = checkKind(kind, sent);
  let object: KubeObject | undefined;
  let faults: DecodeFaults;
  if (kind.custom === undefined) faults = decodeFaults(kind.schema, body);
  else {
    const unknown: string[] = [];
    object = finishCustom(kind, body, unknown);
    faults = { type: metadataFault(kind, body), unknown: unknown.sort() };
  }
  const fault = faults.type ?? tellUnknown(faults.unknown, options);
  if (fault !== undefined) {
    if (refuse !== undefined) throw refuse(fault);
    const handled = `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}`;
    throw badRequest(`${handled}: ${fault}`);
  }
  return object ?? finish(kind, body);
}

/** Reads what server-side apply merged; what does not fit is a 500, as on a real server. */
export function decodeApplied(kind: Kind, merged: KubeObject): KubeObject {
  if (kind.custom !== undefined) return finishCustom(kind, merged, []);
  const { type } = decodeFaults(kind.schema, merged);
  if (type === undefined) return finish(kind, merged);
  const wrongNumber = /^json: cannot unmarshal number [\d.-]+ into .* of type (\w+)$/.exec(type);
  const text = wrongNumber === null ? type : `cannot convert float64 to ${wrongNumber[1]}`;
  const { group, version } = kind;
  const named = `${group}/${version}, Kind=${kind.kind}`;
  throw new ApiError(
    500,
    '',
    `failed to convert new object (${objectText(kind, merged)}) to proper version: ` +
      `unable to convert unstructured object to ${named}: ${text}`,
  );
}
