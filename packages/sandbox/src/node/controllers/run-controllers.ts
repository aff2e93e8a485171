import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KindRef, KubeClient } from '../../kube/resources/client.ts';
import { ClusterCache } from './cluster-view.ts';
import type { Change, Concern, Controller } from './controller.ts';
import type { TellEvent } from './events.ts';

export interface ControllerPorts {
  readonly client: KubeClient;
  readonly tell: TellEvent;
  readonly now: () => Date;
  /** Told when a controller's change was refused; it is tried again. */
  readonly onProblem: (problem: { controller: string; object: string; error: unknown }) => void;
}

const firstRetryMs = 50;
const longestRetryMs = 30_000;
/** So many conflicts in a row are nothing to speak of. */
const quietConflicts = 5;
/** A controller that waits for the clock looks at it this often at least. */
const longestWaitMs = 60_000;

interface Waiting {
  readonly controller: Controller;
  readonly concern: Concern;
}

/**
 * Runs controllers until it is stopped. Changes are collected for a moment, so that many changes to
 * what concerns one object are answered by one decision.
 */
export function runControllers(controllers: readonly Controller[], ports: ControllerPorts): () => void {
  const { client } = ports;
  const cache = new ClusterCache();
  const queue = new Map<string, Waiting>();
  const timers = new Map<string, NodeJS.Timeout>();
  const failures = new Map<string, number>();
  let running = false;
  let stopped = false;

  const keyOf = ({ controller, concern }: Waiting): string =>
    `${controller.name} ${concern.namespace ?? ''}/${concern.name}`;

  function enqueue(waiting: Waiting): void {
    queue.set(keyOf(waiting), waiting);
    if (running || stopped) return;
    running = true;
    void work();
  }

  function later(waiting: Waiting, ms: number): void {
    const key = keyOf(waiting);
    clearTimeout(timers.get(key));
    const timer = setTimeout(
      () => {
        timers.delete(key);
        enqueue(waiting);
      },
      Math.min(ms, longestWaitMs),
    );
    timers.set(key, timer);
  }

  async function work(): Promise<void> {
    while (queue.size > 0 && !stopped) {
      // What the last round wrote has arrived in the cache after this.
      await nextTurn();
      const round = [...queue.values()];
      queue.clear();
      for (const waiting of round) if (!stopped) look(waiting);
    }
    running = false;
  }

  function look(waiting: Waiting): void {
    const { controller, concern } = waiting;
    const key = keyOf(waiting);
    const object = cache.get(controller.kind, concern.namespace, concern.name);
    try {
      const { changes, againInMs } = controller.decide(concern, object, cache, ports.now());
      carryOut(changes, controller, ports);
      failures.delete(key);
      if (againInMs !== undefined) later(waiting, againInMs);
    } catch (error) {
      if (isNamespaceEnding(error)) return;
      const tries = (failures.get(key) ?? 0) + 1;
      failures.set(key, tries);
      later(waiting, Math.min(longestRetryMs, firstRetryMs * 2 ** (tries - 1)));
      // Somebody else was faster: what they wrote is on its way here.
      if (error instanceof ApiError && error.code === 409 && tries < quietConflicts) return;
      ports.onProblem({ controller: controller.name, object: `${concern.namespace}/${concern.name}`, error });
    }
  }

  const stops = watchedKinds(controllers).map((kind) =>
    client.watch(kind, ({ type, object }) => {
      // A change may move an object from one owner to another: it concerns both.
      const before = cache.get(kind, object.metadata.namespace, object.metadata.name);
      const concerned = concernsOf(controllers, kind, cache, before ? [before, object] : [object]);
      if (type === 'DELETED') cache.remove(kind, object);
      else cache.put(kind, object);
      for (const waiting of concerned) enqueue(waiting);
    }),
  );

  return () => {
    stopped = true;
    for (const stop of stops) stop();
    for (const timer of timers.values()) clearTimeout(timer);
  };
}

/** What is refused because its namespace is going away will not be missed. */
function isNamespaceEnding(error: unknown): boolean {
  const causes = error instanceof ApiError ? (error.details?.causes ?? []) : [];
  return causes.some(({ reason }) => reason === 'NamespaceTerminating');
}

function watchedKinds(controllers: readonly Controller[]): readonly KindRef[] {
  const all = controllers.flatMap(({ kind, watches }) => [kind, ...watches.map((watched) => watched.kind)]);
  return [...new Map(all.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind])).values()];
}

function concernsOf(
  controllers: readonly Controller[],
  kind: KindRef,
  cache: ClusterCache,
  objects: readonly KubeObject[],
): readonly Waiting[] {
  const same = (other: KindRef): boolean => other.apiVersion === kind.apiVersion && other.kind === kind.kind;
  return controllers.flatMap((controller) =>
    objects.flatMap((object) => [
      ...(same(controller.kind)
        ? [{ controller, concern: { namespace: object.metadata.namespace, name: object.metadata.name } }]
        : []),
      ...controller.watches
        .filter((watched) => same(watched.kind))
        .flatMap((watched) => watched.concerns(object, cache))
        .map((concern) => ({ controller, concern })),
    ]),
  );
}

/** @throws {ApiError} when a change is refused; those after it are not made */
function carryOut(
  changes: readonly Change[],
  controller: Controller,
  { client, tell }: ControllerPorts,
): void {
  const written = new Map<string | undefined, KubeObject>();
  const latest = (object: KubeObject): KubeObject => {
    const newer = written.get(object.metadata.uid);
    return newer ? { ...object, metadata: newer.metadata } : object;
  };
  for (const change of changes) {
    const { act, object } = change;
    switch (act) {
      case 'create':
        client.create(object);
        break;
      case 'update':
        written.set(change.object.metadata.uid, client.update(change.object));
        break;
      case 'update status':
        written.set(change.object.metadata.uid, client.updateStatus(latest(change.object)));
        break;
      case 'delete':
        client.delete(refOf(change.object), { preconditions: { uid: change.object.metadata.uid ?? '' } });
        break;
      case 'tell':
        tell(change.object, { ...change, source: controller.name });
        break;
      default:
        change satisfies never;
    }
  }
}

function refOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject) {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) };
}
