import type { JsonObject } from '@fluxctl/shared/kube-object';
import { type ResourceId, resourceIdParts } from '@fluxctl/shared/resource/resource-id';
import type { RolloutWatch } from './cluster.ts';
import type { Discovery } from './discovery.ts';
import type { ForbiddenKinds } from './forbidden-kinds.ts';
import type { KubeClient } from './kube-client.ts';
import { newRevision, readRevision, revisionKinds, type SeenRevision } from './new-revision.ts';
import { readPod, type SeenPod } from './pod-facts.ts';
import { type Reflector, startReflector } from './reflector.ts';
import type { WorkloadProgress } from './rollout-facts.ts';
import { objectPath } from './served-kinds.ts';
import type { WorkloadKind } from './workload-status.ts';
import type { Workloads } from './workloads.ts';

export interface RolloutWatchPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly forbidden: ForbiddenKinds;
  readonly workloads: Workloads;
  readonly random: () => number;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

/** Looks at a workload by the watch of all workloads, and at its pods while they are wanted. */
export function watchRollout(id: ResourceId, onChange: () => void, ports: RolloutWatchPorts): RolloutWatch {
  const { workloads } = ports;
  const { namespace, kind: kindText } = resourceIdParts(id);
  const kind = kindText as WorkloadKind;
  const place = { namespace, kind };
  const unwatch = workloads.onChange(id, onChange);
  let looking: Looking | undefined;
  const leave = (): void => {
    looking?.stop();
    looking = undefined;
  };

  return {
    facts() {
      const workload = workloads.get(id);
      const isCurrent = workloads.isCurrent(kind) && (looking?.isCurrent() ?? true);
      const progress = workload?.progress;
      const newest = progress && looking?.isListed() ? looking.newest(progress) : undefined;
      return { workload, newest, isCurrent };
    },
    lookAtPods(wanted) {
      const selector = workloads.get(id)?.progress?.selector ?? '';
      // An object that was made anew may select other pods.
      if (!wanted || looking?.selector !== selector) leave();
      if (wanted && selector !== '') looking ??= lookAt(place, selector, onChange, ports);
    },
    [Symbol.dispose]() {
      unwatch();
      leave();
    },
  };
}

/** The pods of a selector, and the templates of which they may be made. */
interface Looking {
  readonly selector: string;
  newest(progress: WorkloadProgress): ReturnType<typeof newRevision>;
  isListed(): boolean;
  isCurrent(): boolean;
  stop(): void;
}

function lookAt(
  { namespace, kind }: { readonly namespace: string; readonly kind: WorkloadKind },
  selector: string,
  onChange: () => void,
  ports: RolloutWatchPorts,
): Looking {
  const stopper = new AbortController();
  const signal = AbortSignal.any([ports.signal, stopper.signal]);
  const follow = <Seen extends { readonly name: string }>(
    [apiVersion, name]: readonly [string, string],
    read: (object: JsonObject) => Seen,
  ): Table<Seen> => followTable({ apiVersion, name, namespace, selector, read, onChange }, ports, signal);
  const pods = follow<SeenPod>(['v1', 'Pod'], readPod);
  const revisionKind = revisionKinds[kind];
  const revisions =
    revisionKind === undefined ? undefined : follow<SeenRevision>(['apps/v1', revisionKind], readRevision);
  const tables = [pods, ...(revisions ? [revisions] : [])];
  return {
    selector,
    newest: (progress) => newRevision(kind, progress, revisions?.rows.values() ?? [], pods.rows.values()),
    isListed: () => tables.every(({ isListed }) => isListed()),
    isCurrent: () => tables.every(({ reflector }) => reflector?.problem() === undefined),
    stop: () => stopper.abort(),
  };
}

interface Table<Seen> {
  readonly rows: ReadonlyMap<string, Seen>;
  /** Undefined where the kind is not served. */
  readonly reflector: Reflector | undefined;
  isListed(): boolean;
}

function followTable<Seen extends { readonly name: string }>(
  what: {
    readonly apiVersion: string;
    readonly name: string;
    readonly namespace: string;
    readonly selector: string;
    readonly read: (object: JsonObject) => Seen;
    readonly onChange: () => void;
  },
  { client, discovery, forbidden, random }: RolloutWatchPorts,
  signal: AbortSignal,
): Table<Seen> {
  const served = discovery.known(what.apiVersion, what.name);
  const rows = new Map<string, Seen>();
  if (!served) return { rows, reflector: undefined, isListed: () => false };
  let seen: Set<string> | undefined;
  let listed = false;
  const reflector = startReflector(
    {
      client,
      path: objectPath(served, what.namespace),
      labelSelector: what.selector,
      accept: 'application/json',
      random,
      sink: {
        relist() {
          seen = new Set();
        },
        upsert(object) {
          const row = what.read(object);
          rows.set(row.name, row);
          seen?.add(row.name);
          if (listed) what.onChange();
        },
        remove(object) {
          rows.delete(what.read(object).name);
          what.onChange();
        },
        listed() {
          for (const name of rows.keys()) if (!seen?.has(name)) rows.delete(name);
          seen = undefined;
          listed = true;
          what.onChange();
        },
      },
      onRefused: ({ code, message }) => {
        if (code === 403) forbidden.tell([{ kind: served, err: message }]);
      },
    },
    signal,
  );
  return { rows, reflector, isListed: () => listed };
}
