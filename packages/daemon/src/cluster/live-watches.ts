import { markLabel } from '../manifests/mark.ts';
import type { AllowedNamespaces } from './allowed-namespaces.ts';
import type { ForbiddenKinds } from './forbidden-kinds.ts';
import type { KubeClient } from './kube-client.ts';
import type { LiveTable } from './live-table.ts';
import { metadataOnly } from './object-metadata.ts';
import { type ReflectorSink, startReflector } from './reflector.ts';
import { isWatchable, kindName, objectPath, type Served, type ServedKind } from './served-kinds.ts';

export interface LiveWatchPorts {
  readonly client: KubeClient;
  readonly forbidden: ForbiddenKinds;
  readonly random: () => number;
  readonly namespaces: AllowedNamespaces;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

/** The watches that feed the table, one for each kind that concerns us. */
export interface LiveWatches {
  /**
   * Watches all objects of a kind, or only those with a mark; what is watched whole stays so. Resolves
   * when they are known, or may not be known.
   */
  start(served: ServedKind, extent: Extent): Promise<void>;
  /** Whether all objects of a kind are told. */
  isFollowed(kind: string): boolean;
  /** Ends the watches of kinds that are not served any more. @returns these kinds */
  endUnserved(served: Served): string[];
}

export type Extent = 'whole' | 'marked';

interface Watched {
  readonly served: ServedKind;
  readonly extent: Extent;
  readonly ready: Promise<void>;
  refused: boolean;
  stop(): void;
}

export function createLiveWatches(ports: LiveWatchPorts, table: () => LiveTable): LiveWatches {
  /** By kind. */
  const watched = new Map<string, Watched>();

  const begin = (served: ServedKind, extent: Extent): Watched => {
    const stopper = new AbortController();
    const signal = AbortSignal.any([ports.signal, stopper.signal]);
    const sinkFor = (namespace: string | undefined): ReflectorSink => {
      const sink = table().sinkFor(served, namespace);
      return {
        ...sink,
        listed(resourceVersion) {
          made.refused = false;
          sink.listed(resourceVersion);
        },
      };
    };
    const reflectors = ports.namespaces.of(served).map((namespace) =>
      startReflector(
        {
          client: ports.client,
          path: objectPath(served, namespace),
          ...(extent === 'whole' ? {} : { labelSelector: markLabel }),
          accept: metadataOnly.list,
          sink: sinkFor(namespace),
          random: ports.random,
          onRefused: (error) => {
            made.refused = true;
            if (error.code === 403) ports.forbidden.tell([{ kind: served, err: error.message }]);
          },
        },
        signal,
      ),
    );
    const ready = Promise.all(reflectors.map((reflector) => reflector.ready)).then(() => undefined);
    const made: Watched = { served, extent, ready, refused: false, stop: () => stopper.abort() };
    return made;
  };

  return {
    start(served, extent) {
      const name = kindName(served);
      const known = watched.get(name);
      if (known && (known.extent === 'whole' || extent === 'marked')) return known.ready;
      known?.stop();
      const made = begin(served, extent);
      watched.set(name, made);
      return made.ready;
    },
    isFollowed(kind) {
      const known = watched.get(kind);
      return known !== undefined && known.extent === 'whole' && !known.refused;
    },
    endUnserved({ versions }) {
      const ended: string[] = [];
      for (const [name, { served, stop }] of watched) {
        const now = versions.get(served.apiVersion)?.get(served.kind);
        if (now && isWatchable(now) && now.plural === served.plural && now.namespaced === served.namespaced)
          continue;
        stop();
        watched.delete(name);
        ended.push(name);
      }
      return ended;
    },
  };
}
