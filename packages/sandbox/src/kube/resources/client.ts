import type { JsonObject, JsonValue, ObjectRef } from '@fluxctl/shared/kube-object';
import { ApiError } from '../api-error.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World, WriteOptions } from './context.ts';
import { createObject } from './create.ts';
import { decode } from './decode.ts';
import { type DeleteOptions, deleteObject } from './delete.ts';
import { type ChangeType, patchObject } from './patch.ts';
import { getObject, listObjects, selection } from './read.ts';
import { updateObject } from './update.ts';

export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ClientEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/**
 * The API without the network, for controllers that live in the same process. Every call is done when
 * it returns; refusals are {@link ApiError}s. What it answers with is never to be changed in place.
 */
export interface KubeClient {
  /** undefined when there is no such object */
  get(ref: ObjectRef): KubeObject | undefined;
  list(
    kind: KindRef,
    filter?: { readonly namespace?: string; readonly labels?: string; readonly fields?: string },
  ): readonly KubeObject[];
  create(object: JsonObject): KubeObject;
  update(object: KubeObject): KubeObject;
  updateStatus(object: KubeObject): KubeObject;
  patch(
    ref: ObjectRef,
    patch: JsonValue,
    how?: { readonly type?: ChangeType; readonly subresource?: 'status' | 'scale' },
  ): KubeObject;
  /** One that is gone already is no error. */
  delete(ref: ObjectRef, options?: DeleteOptions): void;
  /**
   * Tells of every object that is there (ADDED) and then of every change, each in a microtask of its own
   * so that a listener may write.
   * @returns ends it
   */
  watch(kind: KindRef, listener: (event: ClientEvent) => void): () => void;
}

/** @param manager - the field manager of its writes */
export function createClient(world: World, manager: string): KubeClient {
  const options: WriteOptions = {
    manager,
    dryRun: false,
    fieldValidation: 'Strict',
    repeated: [],
    warn: () => {},
  };
  const kindOf = ({ apiVersion, kind }: KindRef): Kind => {
    const found = world.kinds.find(apiVersion, kind);
    if (found === undefined) throw new ApiError(404, 'NotFound', `no kind ${kind} in ${apiVersion}`);
    return found;
  };
  const targetOf = (kind: Kind, namespace: string | undefined, name: string, subresource?: string) => ({
    namespace: kind.namespaced ? (namespace ?? 'default') : undefined,
    name,
    subresource,
  });
  const update = (object: KubeObject, subresource: 'status' | undefined): KubeObject => {
    const kind = kindOf(object);
    const target = targetOf(kind, object.metadata.namespace, object.metadata.name, subresource);
    return updateObject(world, kind, target, decode(kind, object, options), options);
  };
  return {
    get(ref) {
      const kind = kindOf(ref);
      const { namespace, name } = targetOf(kind, ref.namespace, ref.name);
      if (world.store.get(kind.storage, namespace, name) === undefined) return undefined;
      return getObject(world, kind, { namespace, name });
    },
    list(ref, { namespace, labels = '', fields = '' } = {}) {
      const kind = kindOf(ref);
      return listObjects(world, kind, namespace, selection(kind, labels, fields));
    },
    create(body) {
      const kind = kindOf(body as unknown as KindRef);
      const object = decode(kind, body, options);
      const { namespace } = targetOf(kind, object.metadata.namespace, '');
      return createObject(world, kind, namespace, object, options);
    },
    update: (object) => update(object, undefined),
    updateStatus: (object) => update(object, 'status'),
    patch(ref, patch, { type = 'merge', subresource } = {}) {
      const kind = kindOf(ref);
      const target = targetOf(kind, ref.namespace, ref.name, subresource);
      return patchObject(world, kind, target, type, patch, options);
    },
    delete(ref, deleteOptions = {}) {
      const kind = kindOf(ref);
      const target = targetOf(kind, ref.namespace, ref.name);
      if (world.store.get(kind.storage, target.namespace, target.name) === undefined) return;
      deleteObject(world, kind, target, deleteOptions);
    },
    watch(ref, listener) {
      const kind = kindOf(ref);
      let ended = false;
      const tell = (event: ClientEvent) =>
        queueMicrotask(() => {
          if (!ended) listener(event);
        });
      for (const object of listObjects(world, kind, undefined)) tell({ type: 'ADDED', object });
      const stop = world.store.listen(({ type, storage, object }) => {
        if (storage === kind.storage) tell({ type, object });
      });
      return () => {
        ended = true;
        stop();
      };
    },
  };
}
