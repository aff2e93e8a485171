import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { ApiError, badRequest } from '../api-error.ts';
import { applyFields } from '../fields/apply-fields.ts';
import { emptyObject, sameButForTimes } from '../fields/track.ts';
import { isObject, jsonType, type KubeObject, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { Target, World, WriteOptions } from './context.ts';
import { convert } from './convert.ts';
import { createObject } from './create.ts';
import { decodeApplied } from './decode.ts';
import { commitUpdate } from './update.ts';

export interface ApplyOptions extends WriteOptions {
  readonly force: boolean;
}

/** Checks of the body that come before anything else. */
function checkBody(kind: Kind, target: Target, body: JsonValue): JsonObject {
  if (!isObject(body)) {
    throw badRequest(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ' +
        `${jsonType(body)} into Go value of type map[string]interface {}`,
    );
  }
  const apiVersion = stringAt(body, 'apiVersion') ?? '';
  const ownKind = stringAt(body, 'kind') ?? '';
  if (apiVersion !== kind.apiVersion || ownKind !== kind.kind) {
    const gv = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
    throw badRequest(`invalid object type: ${gv}, Kind=${ownKind}`);
  }
  const metadata = body['metadata'];
  if (isObject(metadata) && metadata['managedFields'] !== undefined && metadata['managedFields'] !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const name = stringAt(body, 'metadata', 'name');
  if (!name) {
    throw badRequest(
      `the name of the object (${target.name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  const namespace = stringAt(body, 'metadata', 'namespace');
  if (kind.namespaced && namespace && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return body;
}

export function requireManager(manager: string | null): string {
  if (manager) return manager;
  const why = 'Required value: is required for apply patch';
  throw new ApiError(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${why}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{ reason: 'FieldValueRequired', message: why, field: 'fieldManager' }],
  });
}

/** `PATCH` with `application/apply-patch+yaml`. */
export function applyObject(
  world: World,
  kind: Kind,
  target: Target,
  sent: JsonValue,
  options: ApplyOptions,
): { readonly object: KubeObject; readonly created: boolean } {
  const body = checkBody(kind, target, sent);
  const stored = world.store.get(kind.storage, target.namespace, target.name);
  const { manager, force } = options;
  if (stored === undefined) {
    if (target.subresource !== undefined) {
      throw new ApiError(404, 'NotFound', `${kind.plural} ${JSON.stringify(target.name)} not found`);
    }
    const request = { kind, subresource: undefined, live: emptyObject(kind), applied: body, manager, force };
    const object = decodeApplied(kind, applyFields(world, request));
    return { object: createObject(world, kind, target.namespace, object, options, true), created: true };
  }
  const live = convert(stored, kind);
  const request = { kind, subresource: target.subresource, live, applied: body, manager, force };
  const next = decodeApplied(kind, applyFields(world, request));
  if (sameButForTimes(live, next)) return { object: live, created: false };
  return { object: commitUpdate(world, kind, target, live, next, options), created: false };
}
