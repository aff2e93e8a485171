import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isStatus } from './api-error.ts';
import type { KubeAnswer, KubeClient } from './kube-client.ts';
import { fieldManager, metadataOnly, type ObjectMetadata } from './object-metadata.ts';
import { objectPath, type ServedKind } from './served-kinds.ts';
import { lastAppliedAnnotation, readLastApplied } from './take-over.ts';

/**
 * Writes an object by create or update. For those that a server-side apply refuses though the API
 * server takes them: lists that have two entries of one key, such as two `env` of one name. What was
 * written is remembered on the object as `kubectl apply` does it, so that what git removes goes, and a
 * later server-side apply takes it over.
 */
export async function writeWhole(
  client: KubeClient,
  served: ServedKind,
  wanted: JsonObject,
  ref: { readonly namespace?: string; readonly name: string },
  signal: AbortSignal,
): Promise<KubeAnswer> {
  const path = objectPath(served, ref.namespace, ref.name);
  const body = withLastApplied(wanted);
  const options = { query: { fieldManager, fieldValidation: 'Warn' }, accept: metadataOnly.object };
  let live: JsonObject;
  try {
    live = (await client.request({ method: 'GET', path }, signal)).body;
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    const all = objectPath(served, ref.namespace);
    return client.request({ method: 'POST', path: all, ...options, body }, signal);
  }
  const before = readLastApplied(live as unknown as ObjectMetadata);
  const merged = overlay(live, body, before) as JsonObject;
  delete merged['status'];
  return client.request({ method: 'PUT', path, ...options, body: merged }, signal);
}

function withLastApplied(wanted: JsonObject): JsonObject {
  const metadata = wanted['metadata'] as JsonObject;
  const annotations = { ...(metadata['annotations'] as JsonObject | undefined) };
  delete annotations[lastAppliedAnnotation];
  const plain = { ...wanted, metadata: { ...metadata, annotations } };
  const told = { ...annotations, [lastAppliedAnnotation]: `${JSON.stringify(plain)}\n` };
  return { ...wanted, metadata: { ...metadata, annotations: told } };
}

/**
 * What is wanted, over what is there. Members that the manifest does not speak of are kept, as the
 * server may have filled them in, but for those of which it spoke before; lists are taken whole.
 */
export function overlay(live: JsonValue, wanted: JsonValue, before: JsonValue | undefined): JsonValue {
  if (!isObject(live) || !isObject(wanted)) return wanted;
  const spoken = isObject(before) ? before : {};
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(live)) {
    if (Object.hasOwn(wanted, key) || !Object.hasOwn(spoken, key)) result[key] = value;
  }
  for (const [key, value] of Object.entries(wanted)) {
    const below = live[key];
    result[key] = below === undefined ? value : overlay(below, value, spoken[key]);
  }
  return result;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
