import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isStatus } from './api-error.ts';
import { objectPath, type ServedKind } from './discovery.ts';
import type { KubeAnswer, KubeClient } from './kube-client.ts';
import { fieldManager, metadataOnly } from './object-metadata.ts';

/**
 * Writes an object by create or update. For those that a server-side apply refuses though the API
 * server takes them: lists that have two entries of one key, such as two `env` of one name.
 */
export async function writeWhole(
  client: KubeClient,
  served: ServedKind,
  wanted: JsonObject,
  ref: { readonly namespace?: string; readonly name: string },
  signal: AbortSignal,
): Promise<KubeAnswer> {
  const path = objectPath(served, ref.namespace, ref.name);
  let live: JsonObject;
  try {
    live = (await client.request({ method: 'GET', path }, signal)).body;
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
    return client.request(
      {
        method: 'POST',
        path: objectPath(served, ref.namespace),
        query: { fieldManager },
        accept: metadataOnly.object,
        body: wanted,
      },
      signal,
    );
  }
  const body = overlay(live, wanted) as JsonObject;
  delete body['status'];
  return client.request(
    { method: 'PUT', path, query: { fieldManager }, accept: metadataOnly.object, body },
    signal,
  );
}

/**
 * What is wanted, over what is there: members that the manifest does not speak of are kept, as the
 * server may have filled them in; lists are taken whole.
 */
export function overlay(live: JsonValue, wanted: JsonValue): JsonValue {
  if (!isObject(live) || !isObject(wanted)) return wanted;
  const result: JsonObject = { ...live };
  for (const [key, value] of Object.entries(wanted)) {
    const below = live[key];
    result[key] = below === undefined ? value : overlay(below, value);
  }
  return result;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
