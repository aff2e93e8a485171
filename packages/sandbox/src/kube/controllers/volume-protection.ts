import { listAt, stringAt } from '../kube-object.ts';
import { createClient } from '../resources/client.ts';
import type { World } from '../resources/context.ts';
import type { Controller } from './controller.ts';

const protections: Readonly<Record<string, string>> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
};

/** Lets claims and volumes that are being deleted go, once no pod uses them any more. */
export function volumeProtectionController(world: World): Controller {
  const client = createClient(world, 'kube-controller-manager');
  const isUsed = (namespace: string | undefined, claim: string): boolean =>
    world.store
      .list('/pods', namespace)
      .some((pod) =>
        listAt(pod, 'spec', 'volumes').some(
          (volume) => stringAt(volume, 'persistentVolumeClaim', 'claimName') === claim,
        ),
      );
  return {
    concerns: ({ storage }) => storage === '/pods' || protections[storage] !== undefined,
    reconcile() {
      for (const [storage, finalizer] of Object.entries(protections)) {
        for (const object of world.store.list(storage)) {
          const { deletionTimestamp, finalizers = [], namespace, name } = object.metadata;
          if (deletionTimestamp === undefined || !finalizers.includes(finalizer)) continue;
          if (namespace !== undefined && isUsed(namespace, name)) continue;
          const rest = finalizers.filter((each) => each !== finalizer);
          client.update({ ...object, metadata: { ...object.metadata, finalizers: rest } });
        }
      }
    },
  };
}
