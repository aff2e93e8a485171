import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, type KubeObject, listAt, objectAt, stringAt, timestamp } from '../kube-object.ts';
import { customKinds } from '../registry/custom-kinds.ts';
import type { Kind } from '../registry/kind.ts';
import { createClient } from '../resources/client.ts';
import type { World } from '../resources/context.ts';
import { cleanupFinalizer } from '../resources/delete.ts';
import type { Controller } from './controller.ts';

const storage = 'apiextensions.k8s.io/customresourcedefinitions';

function condition(world: World, type: string, reason: string, message: string): JsonObject {
  const lastTransitionTime = timestamp(world.now());
  return { type, status: 'True', lastTransitionTime, reason, message };
}

function withConditions(definition: KubeObject, added: readonly JsonObject[]): JsonValue[] {
  const types = new Set(added.map((each) => each['type']));
  const kept = listAt(definition, 'status', 'conditions').filter(
    (each) => isObject(each) && !types.has(each['type']),
  );
  return [...kept, ...added];
}

function hasCondition(definition: KubeObject, type: string): boolean {
  return listAt(definition, 'status', 'conditions').some(
    (each) => stringAt(each, 'type') === type && stringAt(each, 'status') === 'True',
  );
}

/**
 * Establishes CustomResourceDefinitions: their kinds are served as soon as the condition says so. A
 * deleted definition takes its objects along before it goes itself.
 * @param onRemoved - its watches end with a kind
 */
export function definitionController(world: World, onRemoved: (kind: Kind) => void): Controller {
  const client = createClient(world, 'kube-apiserver');
  const metadata = world.kinds.schemas.type('meta.v1.ObjectMeta');

  const register = (definition: KubeObject): void => {
    const { name } = definition.metadata;
    const kinds = customKinds(definition, metadata);
    const gone = [...world.kinds.all()].filter(
      (kind) => kind.custom?.definition === name && !kinds.some(({ version }) => version === kind.version),
    );
    world.kinds.setCustom(name, kinds);
    for (const kind of gone) onRemoved(kind);
  };

  const establish = (definition: KubeObject): void => {
    const { spec, status } = definition;
    const names = objectAt(spec, 'names') ?? {};
    client.updateStatus({
      ...definition,
      status: {
        ...(isObject(status) ? status : {}),
        acceptedNames: names,
        conditions: withConditions(definition, [
          condition(world, 'NamesAccepted', 'NoConflicts', 'no conflicts found'),
          condition(world, 'Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
        ]),
      },
    });
    register(definition);
  };

  const removeObjects = (definition: KubeObject): void => {
    const kind = [...world.kinds.all()].find((each) => each.custom?.definition === definition.metadata.name);
    const objects = kind === undefined ? [] : world.store.list(kind.storage);
    for (const { apiVersion, kind, metadata } of objects) {
      if (metadata.deletionTimestamp !== undefined) continue;
      const { namespace, name } = metadata;
      client.delete({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) });
    }
    if (kind !== undefined && world.store.list(kind.storage).length > 0) return;
    const live = world.store.get(storage, undefined, definition.metadata.name);
    if (live === undefined) return;
    const finalizers = (live.metadata.finalizers ?? []).filter((each) => each !== cleanupFinalizer);
    client.update({ ...live, metadata: { ...live.metadata, finalizers } });
  };

  return {
    concerns: (event) =>
      event.storage === storage ||
      (event.type === 'DELETED' && world.kinds.ofStorage(event.storage)?.custom !== undefined),
    reconcile() {
      const definitions = world.store.list(storage);
      for (const definition of definitions) {
        if (definition.metadata.deletionTimestamp !== undefined) {
          if (definition.metadata.finalizers?.includes(cleanupFinalizer)) removeObjects(definition);
        } else if (!hasCondition(definition, 'Established')) establish(definition);
        else register(definition);
      }
      const names = new Set(definitions.map(({ metadata }) => metadata.name));
      const gone = [...world.kinds.all()].filter((kind) => kind.custom && !names.has(kind.custom.definition));
      for (const kind of gone) world.kinds.setCustom(kind.custom?.definition ?? '', []);
      for (const kind of gone) onRemoved(kind);
    },
  };
}
