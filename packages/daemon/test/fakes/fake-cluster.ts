import { isDeepStrictEqual } from 'node:util';
import { ServerError, UserError } from '@fluxctl/shared/errors';
import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject, ObjectRef } from '@fluxctl/shared/kube-object';
import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import type {
  ApplyItem,
  ApplyOutcome,
  Cluster,
  LiveObject,
  PruneOutcome,
  Scope,
  Workload,
} from '../../src/cluster/cluster.ts';
import { checksumAnnotation, markLabel } from '../../src/manifests/mark.ts';
import type { NamedImage } from '../../src/manifests/named-image.ts';

interface Stored {
  readonly ref: ObjectRef;
  readonly uid: string;
  body: JsonObject;
  version: number;
  fields: LiveObject['fields'];
  otherManager: string | undefined;
  owned: boolean;
}

/** A cluster in memory that follows the contract: marks, checksums, drift, and refusals on demand. */
export interface FakeCluster extends Cluster {
  /** Calls that would be requests to an API server. */
  readonly requests: string[];
  ids(): string[];
  body(id: string): JsonObject | undefined;
  /** Makes or changes an object as somebody else would, and tells the watches. */
  edit(
    ref: ObjectRef,
    change: (body: JsonObject) => JsonObject,
    options?: { readonly owned?: boolean; readonly manager?: string },
  ): void;
  remove(id: string): void;
  /** What our last applies did is not known any more: the daemon has ended. */
  forget(): void;
  /** The API server says no to this object, until undefined is given. */
  refuse(id: string, message: string | undefined): void;
  /** The kind is served from now on, in namespaces unless said otherwise. */
  serve(kind: string, scope?: 'cluster' | 'namespaced'): void;
  /** Nothing answers while true. */
  away: boolean;
}

function metadata(body: JsonObject): JsonObject {
  const { metadata: found } = body;
  return found && typeof found === 'object' && !Array.isArray(found) ? found : {};
}

function text(map: unknown, key: string): string | undefined {
  const value = map && typeof map === 'object' ? (map as Record<string, unknown>)[key] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Those of the body; of a deployment without a spec, one. */
function containersOf(body: JsonObject): NamedImage[] {
  const spec = body['spec'] as
    | { template: { spec: { containers: { name: string; image: string }[] } } }
    | undefined;
  const containers = spec?.template.spec.containers ?? [{ name: 'c', image: 'quay.io/acme/hello:1' }];
  return containers.map(({ name, image }) => ({ name, image: parseImageRef(image) }));
}

export function createFakeCluster(): FakeCluster {
  const clusterScoped = new Set(['Namespace', 'ClusterRole', 'CustomResourceDefinition']);
  const known = new Set([...clusterScoped, 'Deployment', 'Secret', 'ConfigMap', 'Service']);
  const objects = new Map<ResourceId, Stored>();
  const refused = new Map<string, string>();
  const listeners: ((ref: ObjectRef) => void)[] = [];
  const requests: string[] = [];
  const kindListeners: (() => void)[] = [];
  let followed = '';
  let serial = 0;

  const idOf = (ref: ObjectRef): ResourceId => resourceId(ref.namespace, ref.kind, ref.name);
  const request = (what: string): void => {
    requests.push(what);
    if (cluster.away) throw new Error('connect ECONNREFUSED');
  };
  const scopeOf = (kind: string): Scope =>
    known.has(kind)
      ? { found: true, namespaced: !clusterScoped.has(kind), plural: `${kind.toLowerCase()}s` }
      : { found: false, reason: `resource not found for kind ${kind}` };

  function liveOf(stored: Stored): LiveObject {
    const { labels, annotations } = metadata(stored.body);
    return {
      ref: stored.ref,
      id: idOf(stored.ref),
      uid: stored.uid,
      resourceVersion: String(stored.version),
      mark: text(labels, markLabel),
      checksum: text(annotations, checksumAnnotation),
      ignore: text(annotations, 'fluxcd.io/ignore') ?? text(annotations, 'flux.weave.works/ignore'),
      owned: stored.owned,
      fields: stored.fields,
      otherManager: stored.otherManager,
    };
  }

  async function applyOne(item: ApplyItem, signal: AbortSignal): Promise<ApplyOutcome> {
    try {
      request(`apply ${item.id}`);
    } catch (cause) {
      const error = new ServerError('connect ECONNREFUSED', { cause });
      return { item, action: 'failed', error: { error, field: undefined, retryable: true } };
    }
    const message = refused.get(item.id);
    if (message !== undefined) {
      return {
        item,
        action: 'failed',
        error: { error: new UserError(message), field: undefined, retryable: false },
      };
    }
    const body = await item.body(signal);
    const before = objects.get(item.id);
    serial += 1;
    objects.set(item.id, {
      ref: item.ref,
      uid: before?.uid ?? `uid-${serial}`,
      body,
      version: serial,
      fields: 'as-applied',
      otherManager: undefined,
      owned: before?.owned ?? false,
    });
    if (item.ref.kind === 'CustomResourceDefinition') cluster.serve(item.ref.name);
    return { item, action: before ? 'configured' : 'created', warnings: [] };
  }

  const cluster: FakeCluster = {
    requests,
    away: false,
    ids: () => [...objects.keys()].sort(),
    body: (id) => objects.get(id as ResourceId)?.body,
    edit(ref, change, { owned = false, manager = 'kubectl-edit' } = {}) {
      serial += 1;
      const before = objects.get(idOf(ref));
      objects.set(idOf(ref), {
        ref,
        uid: before?.uid ?? `uid-${serial}`,
        body: change(structuredClone(before?.body ?? {})),
        version: serial,
        fields: before ? 'changed' : 'unknown',
        otherManager: manager,
        owned,
      });
      for (const listener of listeners) listener(ref);
    },
    remove(id) {
      const stored = objects.get(id as ResourceId);
      objects.delete(id as ResourceId);
      if (stored) for (const listener of listeners) listener(stored.ref);
    },
    forget() {
      for (const stored of objects.values()) stored.fields = 'unknown';
    },
    refuse(id, message) {
      if (message === undefined) refused.delete(id);
      else refused.set(id, message);
    },
    serve(kind, scope = 'namespaced') {
      known.add(kind);
      if (scope === 'cluster') clusterScoped.add(kind);
      for (const listener of kindListeners) listener();
    },

    async version() {
      request('version');
      return 'kubernetes-v1.35.0';
    },
    async ping() {
      request('ping');
    },
    async scope(_, kind) {
      return scopeOf(kind);
    },
    onKindsChange: (listener) => void kindListeners.push(listener),
    live: {
      begin: async () => undefined,
      async follow(kinds) {
        const key = JSON.stringify(kinds);
        if (key !== followed) request('follow');
        followed = key;
      },
      get(ref) {
        const stored = objects.get(idOf(ref));
        return stored && liveOf(stored);
      },
      marked: () => [...objects.values()].map(liveOf).filter(({ mark }) => mark !== undefined),
      confirm(ref, wanted) {
        const stored = objects.get(idOf(ref));
        if (!stored || !isDeepStrictEqual(stored.body, wanted)) return 'changed';
        stored.fields = 'as-applied';
        return 'as-applied';
      },
      onChange: (listener) => void listeners.push(listener),
    },
    async apply(items, signal, onProgress) {
      const outcomes: ApplyOutcome[] = [];
      for (const item of items) {
        outcomes.push(await applyOne(item, signal));
        onProgress?.(outcomes.length);
      }
      return outcomes;
    },
    async prune(doomed, _signal, onProgress) {
      return doomed.map((object): PruneOutcome => {
        request(`delete ${object.id}`);
        objects.delete(object.id);
        onProgress?.();
        return { object, action: 'deleted' };
      });
    },
    async workloads({ namespace, ids }): Promise<readonly Workload[]> {
      request('workloads');
      return [...objects.values()]
        .filter(({ ref }) => ref.kind === 'Deployment')
        .filter(({ ref }) => namespace === undefined || ref.namespace === namespace)
        .filter(({ ref }) => !ids || ids.includes(idOf(ref)))
        .map(({ ref, body }) => ({
          id: idOf(ref),
          status: 'ready',
          rollout: { Desired: 1, Updated: 1, Ready: 1, Available: 1, Outdated: 0, Messages: null },
          containers: containersOf(body),
          containersError: undefined,
          antecedent: undefined,
          labels: null,
          ignore: undefined,
          pullsWith: { serviceAccount: 'default', secrets: [] },
          progress: undefined,
        }));
    },
    onImagesChange: () => undefined,
    pullSecrets: async () => [],
    nodePlatforms: async () => [],
    watchRollout: () => ({
      facts: () => ({ workload: undefined, newest: undefined, isCurrent: true }),
      lookAtPods: () => undefined,
      [Symbol.dispose]: () => undefined,
    }),
    async export() {
      request('export');
      return 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: default\n';
    },
  };
  return cluster;
}
