import { allocateService } from '../admission/service-addresses.ts';
import { ApiError, badRequest, conflict, modified, notFound } from '../api-error.ts';
import { sameButForTimes, trackUpdate } from '../fields/track.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { validateUpdate } from '../validation/validate.ts';
import { objectWarnings } from '../validation/warnings.ts';
import type { Target, World, WriteOptions } from './context.ts';
import { convert } from './convert.ts';
import { placeInNamespace } from './create.ts';
import { isFinished, removeObject } from './delete.ts';
import { prepareUpdate } from './prepare.ts';
import { getObject } from './read.ts';

/** Updates without a resourceVersion are refused for these, and for all custom kinds. */
const neverUnconditional: ReadonlySet<string> = new Set([
  'apiextensions.k8s.io/customresourcedefinitions',
  'coordination.k8s.io/leases',
  'scheduling.k8s.io/priorityclasses',
]);

/**
 * Writes the next state of an object that exists: what may not change is put back, the rest is
 * checked, and a state that equals the present one is not written at all.
 * @param next - decoded, with defaults and managed fields
 */
export function commitUpdate(
  world: World,
  kind: Kind,
  target: Target,
  existing: KubeObject,
  next: KubeObject,
  options: WriteOptions,
): KubeObject {
  const { name } = existing.metadata;
  const version = next.metadata.resourceVersion;
  if (version !== undefined && version !== '' && version !== existing.metadata.resourceVersion) {
    throw modified(kind, name);
  }
  let object = prepareUpdate(kind, target.subresource, existing, next);
  if (kind.storage === '/services') object = allocateService(world, kind, object, existing, options.dryRun);
  validateUpdate(kind, target.subresource, object, existing, next);
  if (object.metadata.generation !== existing.metadata.generation) {
    for (const warning of objectWarnings(kind, object)) options.warn(warning);
  }
  if (sameButForTimes(existing, object)) return existing;
  if (options.dryRun) return object;
  if (isFinished(object)) {
    // What is told to watches is the state before: this last change is never stored.
    removeObject(world, kind, object);
    return object;
  }
  const storageKind = world.kinds.ofStorage(kind.storage) ?? kind;
  return convert(world.store.put(kind.storage, convert(object, storageKind)), kind);
}

/** `PUT`: replaces the object, or the part that the subresource is about. */
export function updateObject(
  world: World,
  kind: Kind,
  target: Target,
  decoded: KubeObject,
  options: WriteOptions,
): KubeObject {
  const object = placeInNamespace(kind, decoded, target.namespace);
  checkName(object, target.name);
  const existing = world.store.get(kind.storage, target.namespace, target.name);
  if (existing === undefined) throw notFound(kind, target.name);
  const live = getObject(world, kind, target);
  const { uid, resourceVersion } = object.metadata;
  if (uid !== undefined && uid !== live.metadata.uid) {
    const key = [kind.plural, target.namespace, target.name].filter(Boolean).join('/');
    const why =
      `StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, AdditionalErrorMsg: ` +
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`;
    throw conflict(kind, target.name, why);
  }
  const unconditional = kind.custom === undefined && !neverUnconditional.has(kind.storage);
  if (resourceVersion === undefined && !unconditional) {
    throw new ApiError(
      422,
      'Invalid',
      `${kind.plural}${kind.group && `.${kind.group}`} ${JSON.stringify(target.name)} is invalid: ` +
        'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      {
        name: target.name,
        ...(kind.group !== '' && { group: kind.group }),
        kind: kind.plural,
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: 0: must be specified for an update',
            field: 'metadata.resourceVersion',
          },
        ],
      },
    );
  }
  const tracked = trackUpdate(world, kind, target.subresource, live, object, options.manager);
  return commitUpdate(world, kind, target, live, tracked, options);
}

/** @throws {ApiError} 400 when body and URL name different objects */
export function checkName(object: KubeObject, name: string): void {
  const own = object.metadata.name;
  if (own === name) return;
  throw badRequest(
    own
      ? `the name of the object (${own}) does not match the name on the URL (${name})`
      : `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
  );
}
