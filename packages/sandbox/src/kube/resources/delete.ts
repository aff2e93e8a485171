import { ApiError, conflict, type Status } from '../api-error.ts';
import { type KubeObject, listAt, numberAt, objectAt, stringAt, timestamp } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { Target, World } from './context.ts';
import { convert } from './convert.ts';
import { getObject } from './read.ts';

export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

const definitionStorage = 'apiextensions.k8s.io/customresourcedefinitions';

/** Holds a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Kinds whose deletion answers with the object, where others say only that it went well. */
const answersWithObject: ReadonlySet<string> = new Set([
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/pods',
  '/podtemplates',
  '/resourcequotas',
  '/serviceaccounts',
  '/services',
]);

/** Marked for deletion, and nobody holds it back any more. */
export function isFinished({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0
  );
}

/** Takes the object out of the store. @returns its last state */
export function removeObject(world: World, kind: Kind, { metadata }: KubeObject): KubeObject | undefined {
  const removed = world.store.remove(kind.storage, metadata.namespace, metadata.name);
  return removed && convert(removed, kind);
}

function withFinalizers(object: KubeObject, policy: DeleteOptions['propagationPolicy']): KubeObject {
  const others = (object.metadata.finalizers ?? []).filter(
    (finalizer) => policy === undefined || (finalizer !== 'orphan' && finalizer !== 'foregroundDeletion'),
  );
  if (policy === 'Orphan') others.push('orphan');
  if (policy === 'Foreground') others.push('foregroundDeletion');
  const { finalizers: _, ...metadata } = object.metadata;
  return { ...object, metadata: { ...metadata, ...(others.length > 0 && { finalizers: others }) } };
}

/** Seconds that the object is given to end by itself; only pods that run somewhere are. */
function gracePeriod(kind: Kind, object: KubeObject, wanted: number | undefined): number {
  if (kind.storage !== '/pods') return 0;
  const phase = stringAt(object, 'status', 'phase');
  if (!stringAt(object, 'spec', 'nodeName') || phase === 'Failed' || phase === 'Succeeded') return 0;
  return wanted ?? numberAt(object, 'spec', 'terminationGracePeriodSeconds') ?? 30;
}

function checkPreconditions(kind: Kind, object: KubeObject, { preconditions }: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  // Here, and only here, the kind is named instead of the resource.
  const named = { ...kind, plural: kind.kind };
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const why =
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). ` +
      'The object might have been deleted and then recreated';
    throw conflict(named, name, why);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const why =
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ` +
      `ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(named, name, why);
  }
}

/**
 * Deletes an object, or marks it for deletion while finalizers or a grace period hold it.
 * @returns the object where it stays for now (or its kind answers so), else a `Status`
 */
export function deleteObject(
  world: World,
  kind: Kind,
  target: Target,
  options: DeleteOptions,
): KubeObject | Status {
  const existing = getObject(world, kind, target);
  checkPreconditions(kind, existing, options);
  const { name, uid } = existing.metadata;
  const grace = gracePeriod(kind, existing, options.gracePeriodSeconds);
  let object = withFinalizers(existing, options.propagationPolicy ?? defaultPolicy(kind));
  if (kind.storage === '/namespaces') object = terminateNamespace(object);
  if (kind.storage === definitionStorage) object = terminateDefinition(object, world);
  const held = (object.metadata.finalizers ?? []).length > 0 || grace > 0 || isHeldNamespace(kind, object);
  if (!held) {
    if (!options.dryRun) object = removeObject(world, kind, object) ?? object;
    if (answersWithObject.has(kind.storage)) return object;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name,
        ...(kind.group !== '' && { group: kind.group }),
        kind: kind.plural,
        ...(uid !== undefined && { uid }),
      },
    };
  }
  const before = existing.metadata;
  const deletionTimestamp =
    before.deletionTimestamp ?? timestamp(new Date(world.now().getTime() + grace * 1000));
  const seconds =
    before.deletionTimestamp === undefined
      ? grace
      : Math.min(grace, before.deletionGracePeriodSeconds ?? grace);
  object = {
    ...object,
    metadata: {
      ...object.metadata,
      ...(before.deletionTimestamp === undefined &&
        before.generation !== undefined && { generation: before.generation + 1 }),
      deletionTimestamp,
      deletionGracePeriodSeconds: seconds,
    },
  };
  if (options.dryRun) return object;
  const storageKind = world.kinds.ofStorage(kind.storage) ?? kind;
  return convert(world.store.put(kind.storage, convert(object, storageKind)), kind);
}

/** Jobs leave their pods behind unless told otherwise: so it was before there was a choice. */
function defaultPolicy(kind: Kind): DeleteOptions['propagationPolicy'] {
  return kind.storage === 'batch/jobs' ? 'Orphan' : undefined;
}

function terminateNamespace(namespace: KubeObject): KubeObject {
  const status = namespace.status;
  return {
    ...namespace,
    status: { ...(typeof status === 'object' && !Array.isArray(status) ? status : {}), phase: 'Terminating' },
  };
}

/** Its objects go before it does. */
function terminateDefinition(definition: KubeObject, world: World): KubeObject {
  const { metadata, status } = definition;
  if (metadata.deletionTimestamp !== undefined) return definition;
  const finalizers = [...new Set([...(metadata.finalizers ?? []), cleanupFinalizer])];
  const terminating = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: timestamp(world.now()),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const conditions = [...listAt(status, 'conditions'), terminating];
  return {
    ...definition,
    metadata: { ...metadata, finalizers },
    status: { ...objectAt(status), conditions },
  };
}

function isHeldNamespace(kind: Kind, object: KubeObject): boolean {
  return kind.storage === '/namespaces' && specFinalizers(object).length > 0;
}

/** A namespace stays until `spec.finalizers` is empty: its controller takes `kubernetes` out last. */
export function specFinalizers(namespace: KubeObject): readonly unknown[] {
  const spec = namespace.spec;
  const finalizers = typeof spec === 'object' && spec !== null && !Array.isArray(spec) ? spec.finalizers : [];
  return Array.isArray(finalizers) ? finalizers : [];
}

/** `DELETE` on a collection: every object by itself; one that went meanwhile is passed over. */
export function deleteObjects(
  world: World,
  kind: Kind,
  objects: readonly KubeObject[],
  options: DeleteOptions,
): void {
  for (const { metadata } of objects) {
    try {
      deleteObject(world, kind, { namespace: metadata.namespace, name: metadata.name }, options);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }
}
