import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { conflict } from '../api-error.ts';
import { isObject, objectAt, stringAt } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { Target, World, WriteOptions } from './context.ts';
import { type DeleteOptions, deleteObject } from './delete.ts';
import { getObject } from './read.ts';
import { updateObject } from './update.ts';

const created: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** `POST` to `pods/binding`: puts a pod on a node. @throws {ApiError} 409 when it is on one already */
export function bindPod(
  world: World,
  kind: Kind,
  target: Target,
  binding: JsonValue,
  options: WriteOptions,
): JsonObject {
  const pod = getObject(world, kind, target);
  const node = stringAt(binding, 'target', 'name') ?? '';
  const present = stringAt(pod, 'spec', 'nodeName');
  if (present) {
    throw conflict(
      kind,
      target.name,
      `pod ${target.name} is already assigned to node ${JSON.stringify(present)}`,
    );
  }
  const bound = { ...pod, spec: { ...objectAt(pod, 'spec'), nodeName: node } };
  updateObject(world, kind, { ...target, subresource: undefined }, bound, options);
  return created;
}

/** `POST` to `pods/eviction`: a deletion that asks first; no budget stands in its way here. */
export function evictPod(world: World, kind: Kind, target: Target, eviction: JsonValue): JsonObject {
  const wanted = isObject(eviction) ? objectAt(eviction, 'deleteOptions') : undefined;
  deleteObject(world, kind, { ...target, subresource: undefined }, (wanted ?? {}) as DeleteOptions);
  return created;
}
