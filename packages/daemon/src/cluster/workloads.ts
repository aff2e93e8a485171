import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import { type ResourceId, resourceId, resourceIdParts } from '@fluxctl/shared/resource/resource-id';
import { untilAborted } from '../waiting/until-aborted.ts';
import type { AllowedNamespaces } from './allowed-namespaces.ts';
import type { Workload } from './cluster.ts';
import type { Discovery } from './discovery.ts';
import type { ForbiddenKinds } from './forbidden-kinds.ts';
import type { KubeClient } from './kube-client.ts';
import { readWorkload, type WorkloadObject } from './read-workload.ts';
import { type Reflector, type ReflectorSink, startReflector } from './reflector.ts';
import { objectPath, type ServedKind } from './served-kinds.ts';
import { workloadApis } from './workload-apis.ts';
import type { WorkloadKind } from './workload-status.ts';

export interface WorkloadPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly forbidden: ForbiddenKinds;
  readonly random: () => number;
  readonly namespaces: AllowedNamespaces;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

export interface WorkloadFilter {
  readonly namespace?: string;
  readonly ids?: readonly ResourceId[];
}

/** How long a first list is waited for, in milliseconds. */
const firstListMs = 20_000;

export interface Workloads {
  /** @throws why the first lists did not come */
  list(filter: WorkloadFilter, signal: AbortSignal): Promise<readonly Workload[]>;
  /** As it is known by now. */
  get(id: ResourceId): Workload | undefined;
  /** Some workload came, or has other images, or pulls them by other means. */
  onImagesChange(listener: (id: ResourceId) => void): void;
  /** Told whenever one workload came, changed or went. @returns ends it */
  onChange(id: ResourceId, listener: () => void): () => void;
  /** False while the watch of a kind is cut off. */
  isCurrent(kind: WorkloadKind): boolean;
}

/**
 * The workloads of the cluster, as watches tell them: these begin when first asked, and from then on
 * an answer makes no request. What is kept of a workload is what is told of it.
 */
export function createWorkloads(ports: WorkloadPorts): Workloads {
  const { discovery } = ports;
  const listeners = new Map<ResourceId, Set<() => void>>();
  const workloads = new WorkloadTable((id) => {
    for (const listener of listeners.get(id) ?? []) listener();
  });
  const followed = new Map<WorkloadKind, Followed>();
  const imageListeners: ((id: ResourceId) => void)[] = [];
  const tellImagesChange = (id: ResourceId): void => {
    for (const listener of imageListeners) listener(id);
  };
  let begun = false;

  /** Begins to follow what is served by now, and leaves what is not. */
  const follow = (): void => {
    for (const { kind, served } of workloadApis) {
      const found = served.flatMap(([apiVersion, name]) => discovery.known(apiVersion, name) ?? []).at(0);
      const known = followed.get(kind);
      if (known?.apiVersion === found?.apiVersion) continue;
      known?.stop();
      followed.delete(kind);
      for (const id of workloads.keys()) if (resourceIdParts(id).kind === kind) workloads.delete(id);
      if (found) followed.set(kind, followKind(kind, found, { workloads, tellImagesChange }, ports));
    }
  };
  discovery.onChange(() => {
    if (begun) follow();
  });

  return {
    async list({ namespace, ids }, signal) {
      if (!begun) {
        await ports.namespaces.check(signal);
        await discovery.served(signal);
        begun = true;
        follow();
      }
      for (const one of followed.values()) await untilReady(one, signal);
      if (ids) return ids.flatMap((id) => workloads.get(id) ?? []);
      const all = [...workloads.values()];
      return namespace ? all.filter(({ id }) => id.startsWith(`${namespace}:`)) : all;
    },
    onImagesChange: (listener) => void imageListeners.push(listener),
    get: (id) => workloads.get(id),
    onChange(id, listener) {
      const mine = listeners.get(id) ?? new Set();
      listeners.set(id, mine.add(listener));
      return () => {
        mine.delete(listener);
        if (mine.size === 0) listeners.delete(id);
      };
    },
    isCurrent: (kind) =>
      followed.get(kind)?.reflectors.every((reflector) => reflector.problem() === undefined) ?? false,
  };
}

/** By id; tells of every change. */
class WorkloadTable extends Map<ResourceId, Workload> {
  readonly #onChange: (id: ResourceId) => void;

  constructor(onChange: (id: ResourceId) => void) {
    super();
    this.#onChange = onChange;
  }

  override set(id: ResourceId, workload: Workload): this {
    super.set(id, workload);
    this.#onChange(id);
    return this;
  }

  override delete(id: ResourceId): boolean {
    const known = super.delete(id);
    if (known) this.#onChange(id);
    return known;
  }
}

interface Followed {
  readonly apiVersion: string;
  readonly reflectors: readonly Reflector[];
  isReady: boolean;
  stop(): void;
}

async function untilReady(followed: Followed, signal: AbortSignal): Promise<void> {
  if (followed.isReady) return;
  const late = AbortSignal.timeout(firstListMs);
  try {
    const all = Promise.all(followed.reflectors.map(({ ready }) => ready));
    await untilAborted(all, AbortSignal.any([signal, late]));
    followed.isReady = true;
  } catch (error) {
    signal.throwIfAborted();
    throw followed.reflectors.map((reflector) => reflector.problem()).find(Boolean) ?? error;
  }
}

function followKind(kind: WorkloadKind, served: ServedKind, table: Table, ports: WorkloadPorts): Followed {
  const stopper = new AbortController();
  const signal = AbortSignal.any([ports.signal, stopper.signal]);
  const reflectors = ports.namespaces.of(served).map((namespace) =>
    startReflector(
      {
        client: ports.client,
        path: objectPath(served, namespace),
        accept: 'application/json',
        random: ports.random,
        sink: sinkFor(kind, table),
        onRefused: ({ code, message }) => {
          if (code === 403) ports.forbidden.tell([{ kind: served, err: message }]);
        },
      },
      signal,
    ),
  );
  return { apiVersion: served.apiVersion, reflectors, isReady: false, stop: () => stopper.abort() };
}

interface Table {
  readonly workloads: Map<ResourceId, Workload>;
  tellImagesChange(id: ResourceId): void;
}

function sinkFor(kind: WorkloadKind, { workloads, tellImagesChange }: Table): ReflectorSink {
  const mine = new Set<ResourceId>();
  let seen: Set<ResourceId> | undefined;
  const drop = (id: ResourceId): void => {
    mine.delete(id);
    workloads.delete(id);
  };
  return {
    relist() {
      seen = new Set();
    },
    upsert(object) {
      const { metadata } = object as unknown as WorkloadObject;
      const id = resourceId(metadata.namespace, kind, metadata.name);
      const workload = readWorkload(kind, object);
      if (!workload) return drop(id);
      const before = workloads.get(id);
      workloads.set(id, workload);
      mine.add(id);
      seen?.add(id);
      if (!before || imagesOf(before) !== imagesOf(workload)) tellImagesChange(id);
    },
    remove(object) {
      const { metadata } = object as unknown as WorkloadObject;
      drop(resourceId(metadata.namespace, kind, metadata.name));
    },
    listed() {
      for (const id of mine) if (!seen?.has(id)) drop(id);
      seen = undefined;
    },
  };
}

function imagesOf({ containers, pullsWith }: Workload): string {
  const images = containers.map(({ name, image }) => `${name}=${writeImageRef(image)}`);
  return [...images, pullsWith.serviceAccount, ...pullsWith.secrets].join(' ');
}
