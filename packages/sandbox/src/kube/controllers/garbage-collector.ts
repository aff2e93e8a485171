import type { KubeObject, ObjectMeta, OwnerReference } from '../kube-object.ts';
import { createClient } from '../resources/client.ts';
import type { World } from '../resources/context.ts';
import type { Controller } from './controller.ts';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/** Deletes what lost its last owner, and carries out the two policies that keep an owner waiting. */
export function garbageCollector(world: World): Controller {
  const client = createClient(world, 'kube-controller-manager');
  const everything = (): readonly KubeObject[] =>
    world.store.storages().flatMap((storage) => world.store.list(storage));

  const refOf = ({ apiVersion, kind, metadata: { namespace, name } }: KubeObject) => ({
    apiVersion,
    kind,
    name,
    ...(namespace !== undefined && { namespace }),
  });

  const setOwners = (object: KubeObject, ownerReferences: OwnerReference[]): void => {
    client.update({ ...object, metadata: { ...object.metadata, ownerReferences } });
  };

  const dropFinalizer = (object: KubeObject, finalizer: string): void => {
    const finalizers = (object.metadata.finalizers ?? []).filter((each) => each !== finalizer);
    client.update({ ...object, metadata: { ...object.metadata, finalizers } });
  };

  /** The latest state: an earlier step of the same round may have changed it. */
  const fresh = (object: KubeObject): KubeObject | undefined => client.get(refOf(object));

  const collect = (
    object: KubeObject,
    byUid: ReadonlyMap<string, KubeObject>,
    dependents: Dependents,
  ): void => {
    const owners = object.metadata.ownerReferences ?? [];
    const present = owners.filter(({ uid }) => byUid.has(uid));
    const waiting = present.filter(
      ({ uid }) =>
        byUid.get(uid)?.metadata.finalizers?.includes(foreground) &&
        byUid.get(uid)?.metadata.deletionTimestamp !== undefined,
    );
    const solid = present.filter((owner) => !waiting.includes(owner));
    const isLeaving = object.metadata.deletionTimestamp !== undefined;
    if (solid.length > 0) {
      if (present.length < owners.length || waiting.length > 0) setOwners(object, solid);
    } else if (!isLeaving) {
      const { uid, resourceVersion } = object.metadata;
      const hasOwn = (dependents.get(uid ?? '') ?? []).length > 0;
      client.delete(refOf(object), {
        propagationPolicy: waiting.length > 0 && hasOwn ? 'Foreground' : 'Background',
        preconditions: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) },
      });
    }
  };

  const finishOwner = (owner: KubeObject, dependents: Dependents): void => {
    const { finalizers = [], uid = '' } = owner.metadata;
    const own = dependents.get(uid) ?? [];
    if (finalizers.includes(orphan)) {
      for (const dependent of own) {
        const rest = (dependent.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
        const live = fresh(dependent);
        if (live !== undefined) setOwners(live, rest);
      }
      dropFinalizer(owner, orphan);
    } else if (finalizers.includes(foreground)) {
      const blocking = own.filter((dependent) =>
        dependent.metadata.ownerReferences?.some(
          (reference) => reference.uid === uid && reference.blockOwnerDeletion === true,
        ),
      );
      if (blocking.every((dependent) => fresh(dependent) === undefined)) dropFinalizer(owner, foreground);
    }
  };

  /** How many objects name an owner, by its uid: most deletions are nobody's loss. */
  const dependentCounts = new Map<string, number>();
  const count = (owners: readonly OwnerReference[] | undefined, step: 1 | -1): void => {
    for (const { uid } of owners ?? []) {
      const left = (dependentCounts.get(uid) ?? 0) + step;
      if (left > 0) dependentCounts.set(uid, left);
      else dependentCounts.delete(uid);
    }
  };

  return {
    concerns({ type, object: { metadata }, previous }) {
      count(previous?.metadata.ownerReferences, -1);
      if (type === 'DELETED') return dependentCounts.has(metadata.uid ?? '') || isWaitedFor(metadata);
      count(metadata.ownerReferences, 1);
      return metadata.ownerReferences !== undefined || metadata.deletionTimestamp !== undefined;
    },
    reconcile() {
      const objects = everything();
      const byUid = new Map(objects.map((object) => [object.metadata.uid ?? '', object]));
      const dependents: Dependents = new Map();
      for (const object of objects) {
        for (const { uid } of object.metadata.ownerReferences ?? []) {
          const known = dependents.get(uid);
          if (known === undefined) dependents.set(uid, [object]);
          else known.push(object);
        }
      }
      // Owners that orphan go first, so that nothing of theirs is taken for garbage.
      const leaving = objects.filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
      for (const owner of leaving)
        if (owner.metadata.finalizers?.includes(orphan)) finishOwner(owner, dependents);
      for (const object of objects) {
        const live = object.metadata.ownerReferences?.length ? fresh(object) : undefined;
        if (live?.metadata.ownerReferences?.length) collect(live, byUid, dependents);
      }
      for (const owner of leaving) {
        const live = fresh(owner);
        if (live?.metadata.finalizers?.includes(foreground)) finishOwner(live, dependents);
      }
    },
  };
}

/** Its owner may wait for it to be gone. */
function isWaitedFor({ ownerReferences }: ObjectMeta): boolean {
  return (ownerReferences ?? []).length > 0;
}

type Dependents = Map<string, KubeObject[]>;
