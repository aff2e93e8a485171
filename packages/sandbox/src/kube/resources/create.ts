import { admitCreate } from '../admission/admit.ts';
import { allocateService } from '../admission/service-addresses.ts';
import { ApiError, alreadyExists, badRequest, forbidden } from '../api-error.ts';
import { trackCreate } from '../fields/track.ts';
import { type KubeObject, stringAt, timestamp } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import { validateCreate } from '../validation/validate.ts';
import { objectWarnings } from '../validation/warnings.ts';
import type { World, WriteOptions } from './context.ts';
import { convert } from './convert.ts';
import { prepareCreate } from './prepare.ts';

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';

function generatedName(prefix: string, random: () => number): string {
  const letters = Array.from({ length: 5 }, () => suffixLetters[Math.floor(random() * suffixLetters.length)]);
  return `${prefix.slice(0, 58)}${letters.join('')}`;
}

/** @throws {ApiError} 404 without the namespace, 403 while it is being deleted */
function requireNamespace(world: World, kind: Kind, namespace: string, name: string): void {
  const found = world.store.get('/namespaces', undefined, namespace);
  if (found === undefined) {
    const text = `namespaces ${JSON.stringify(namespace)} not found`;
    throw new ApiError(404, 'NotFound', text, { name: namespace, kind: 'namespaces' });
  }
  if (
    found.metadata.deletionTimestamp !== undefined ||
    stringAt(found, 'status', 'phase') === 'Terminating'
  ) {
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const refusal = forbidden(kind, name, why);
    throw new ApiError(refusal.code, refusal.reason, refusal.message, {
      ...refusal.details,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    });
  }
}

/** The object's namespace must be the request's, or left out. */
export function placeInNamespace(kind: Kind, object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (!kind.namespaced) {
    return own === undefined ? object : { ...object, metadata };
  }
  if (own !== undefined && own !== '' && own !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { ...object, metadata: { ...object.metadata, ...(namespace !== undefined && { namespace }) } };
}

/**
 * Creates an object that was decoded and has its defaults.
 * @param applied - comes from server-side apply, which has set the managed fields already
 */
export function createObject(
  world: World,
  kind: Kind,
  namespace: string | undefined,
  decoded: KubeObject,
  options: WriteOptions,
  applied = false,
): KubeObject {
  let object = placeInNamespace(kind, decoded, namespace);
  const { metadata } = object;
  if (!metadata.name && metadata.generateName) {
    object = {
      ...object,
      metadata: { ...metadata, name: generatedName(metadata.generateName, world.random) },
    };
  }
  if (kind.namespaced && namespace !== undefined) {
    requireNamespace(world, kind, namespace, object.metadata.name ?? '');
  }
  if (!applied) object = trackCreate(world, kind, object, options.manager);
  object = prepareCreate(kind, object);
  object = {
    ...object,
    metadata: { ...object.metadata, uid: world.uid(), creationTimestamp: timestamp(world.now()) },
  };
  object = admitCreate(world, kind, object);
  validateCreate(kind, object);
  for (const warning of objectWarnings(kind, object)) options.warn(warning);
  if (kind.storage === '/services') object = allocateService(world, kind, object, undefined, options.dryRun);
  if (world.store.get(kind.storage, object.metadata.namespace, object.metadata.name) !== undefined) {
    throw alreadyExists(kind, object.metadata.name);
  }
  const stored = convert(object, world.kinds.ofStorage(kind.storage) ?? kind);
  return convert(options.dryRun ? stored : world.store.put(kind.storage, stored), kind);
}
