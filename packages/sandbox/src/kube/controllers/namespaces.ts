import { isObject, type KubeObject } from '../kube-object.ts';
import { createClient } from '../resources/client.ts';
import type { World } from '../resources/context.ts';
import { isFinished, removeObject, specFinalizers } from '../resources/delete.ts';
import type { Controller } from './controller.ts';

const storage = '/namespaces';

/** Empties namespaces that are being deleted, and lets them go when nothing is left. */
export function namespaceController(world: World): Controller {
  const client = createClient(world, 'kube-controller-manager');
  const terminating = (): readonly KubeObject[] =>
    world.store.list(storage).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);

  const contents = (namespace: string): readonly KubeObject[] =>
    world.store.storages().flatMap((each) => world.store.list(each, namespace));

  const empty = ({ metadata: { name: namespace } }: KubeObject): boolean => {
    for (const { apiVersion, kind, metadata } of contents(namespace)) {
      const { name, deletionTimestamp } = metadata;
      if (deletionTimestamp === undefined) client.delete({ apiVersion, kind, namespace, name });
    }
    return contents(namespace).length === 0;
  };

  const release = (namespace: KubeObject): void => {
    const kind = world.kinds.find('v1', 'Namespace');
    if (kind === undefined) return;
    const { spec } = namespace;
    const { finalizers: _, ...rest } = isObject(spec) ? spec : {};
    const released: KubeObject = { ...namespace, spec: rest };
    if (isFinished(released)) removeObject(world, kind, released);
    else if (specFinalizers(namespace).length > 0) world.store.put(storage, released);
  };

  return {
    concerns: (event) => event.storage === storage || event.type === 'DELETED',
    reconcile() {
      for (const namespace of terminating()) if (empty(namespace)) release(namespace);
    },
  };
}

/** Every namespace has a ServiceAccount `default`, also after somebody deleted it. */
export function serviceAccountController(world: World): Controller {
  const client = createClient(world, 'kube-controller-manager');
  return {
    concerns: ({ storage: place }) => place === storage || place === '/serviceaccounts',
    reconcile() {
      for (const { metadata } of world.store.list(storage)) {
        if (metadata.deletionTimestamp !== undefined) continue;
        const ref = { apiVersion: 'v1', kind: 'ServiceAccount', namespace: metadata.name, name: 'default' };
        if (client.get(ref) !== undefined) continue;
        client.create({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { namespace: metadata.name, name: 'default' },
        });
      }
    },
  };
}
