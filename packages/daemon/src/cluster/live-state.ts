import { errorMessage } from '@fluxctl/shared/errors';
import type { Logger } from '../log/logger.ts';
import { untilAborted } from '../waiting/until-aborted.ts';
import type { AllowedNamespaces } from './allowed-namespaces.ts';
import type { LiveState } from './cluster.ts';
import type { Discovery } from './discovery.ts';
import type { ForbiddenKinds } from './forbidden-kinds.ts';
import type { KubeClient } from './kube-client.ts';
import { createLiveTable, type LiveTable } from './live-table.ts';
import { createLiveWatches, type Extent } from './live-watches.ts';
import type { RetryPorts } from './retry.ts';
import { isWatchable, kindName, type ServedKind, watchableKinds } from './served-kinds.ts';
import { surveyMarked } from './survey.ts';

/** The live state as the cluster room itself uses it. */
export type LiveStore = LiveState & Pick<LiveTable, 'entry' | 'write' | 'deleted'>;

export interface LivePorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly log: Logger;
  readonly forbidden: ForbiddenKinds;
  readonly retry: RetryPorts;
  readonly namespaces: AllowedNamespaces;
  /** Whether a kind is never looked at: `--k8s-unsafe-exclude-resource`. */
  readonly isExcluded: (served: ServedKind) => boolean;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

export function createLiveState(ports: LivePorts): LiveStore {
  const { discovery, namespaces, isExcluded, signal: stop } = ports;
  const watches = createLiveWatches(
    {
      client: ports.client,
      forbidden: ports.forbidden,
      random: ports.retry.random,
      namespaces,
      signal: stop,
    },
    () => table,
  );
  const table: LiveTable = createLiveTable((kind) => watches.isFollowed(kind));
  /** Asked for by `follow`, whether served or not. */
  const wanted = new Map<string, { readonly apiVersion: string; readonly kind: string }>();
  /** Kinds that were looked through for marked objects. */
  const surveyed = new Set<string>();
  let surveying: Promise<void> = Promise.resolve();

  /** Looks through the kinds that were not looked through yet; makes no request when there are none. */
  const survey = async (extent: Extent): Promise<void> => {
    const kinds = watchableKinds(await discovery.served(stop));
    for (const name of surveyed) if (!kinds.has(name)) surveyed.delete(name);
    const fresh = [...kinds.values()].filter((kind) => !surveyed.has(kindName(kind)) && !isExcluded(kind));
    const { marked, unknown } = await surveyMarked(fresh, ports, stop);
    await Promise.all(marked.map((served) => watches.start(served, extent)));
    for (const kind of fresh) if (!unknown.includes(kind)) surveyed.add(kindName(kind));
  };
  const surveyNext = (extent: Extent = 'marked'): Promise<void> => {
    surveying = surveying.catch(() => undefined).then(() => survey(extent));
    return surveying;
  };

  const startWhole = async (served: ServedKind | undefined): Promise<void> => {
    if (served && !isExcluded(served) && isWatchable(served)) await watches.start(served, 'whole');
  };

  discovery.onChange(() => {
    if (surveyed.size === 0) return;
    void discovery
      .served(stop)
      .then(async (served) => {
        for (const kind of watches.endUnserved(served)) table.forget(kind);
        for (const { apiVersion, kind } of wanted.values()) {
          void startWhole(served.versions.get(apiVersion)?.get(kind));
        }
        // A definition that is new may bring objects that were marked long ago.
        await surveyNext();
      })
      .catch((err: unknown) => {
        if (!stop.aborted)
          ports.log.log({ warning: 'cannot look for marked resources', err: errorMessage(err) });
      });
  });

  return {
    async begin(signal) {
      await namespaces.check(signal);
      await untilAborted(surveyNext('whole'), signal);
    },
    async follow(kinds, signal) {
      for (const { apiVersion, kind } of kinds) wanted.set(`${apiVersion} ${kind}`, { apiVersion, kind });
      await namespaces.check(signal);
      const found = await Promise.all(
        kinds.map(({ apiVersion, kind }) => discovery.find(apiVersion, kind, signal)),
      );
      const work = [surveyNext(), ...found.map(startWhole)];
      await untilAborted(Promise.all(work), signal);
    },
    get: table.get,
    marked: table.marked,
    confirm: table.confirm,
    onChange: table.onChange,
    entry: table.entry,
    write: table.write,
    deleted: table.deleted,
  };
}
