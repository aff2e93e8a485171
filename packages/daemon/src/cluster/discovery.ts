import { untilAborted } from '../waiting/until-aborted.ts';
import type { Scope } from './cluster.ts';
import { startDefinitionWatch } from './definition-watch.ts';
import type { KubeClient } from './kube-client.ts';
import { isSameServed, readServed, type Served, type ServedKind } from './served-kinds.ts';

/** What the API server serves; kept until something says that it has changed. */
export interface Discovery {
  served(signal: AbortSignal): Promise<Served>;
  find(apiVersion: string, kind: string, signal: AbortSignal): Promise<ServedKind | undefined>;
  /** As `find`, but with what is known by now; makes no request. */
  known(apiVersion: string, kind: string): ServedKind | undefined;
  scope(apiVersion: string, kind: string, signal: AbortSignal): Promise<Scope>;
  /** Asks anew. */
  renew(signal: AbortSignal): Promise<Served>;
  /** Kinds came, went, or moved; told after `served` knows of it. */
  onChange(listener: () => void): void;
}

export interface DiscoveryPorts {
  readonly client: KubeClient;
  readonly random: () => number;
  readonly now: () => number;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

/** After that long it is asked again where the definitions may not be watched, in milliseconds. */
const unwatchedForMs = 5 * 60_000;
/** A definition is told several times over while it comes up; one look is enough for all. */
const gatherMs = 200;
/** How often a definition that is there, yet not served, is looked for; each pause is twice the last. */
const looks = 7;

export function createDiscovery({ client, random, now, signal: stop }: DiscoveryPorts): Discovery {
  let current: { readonly served: Served; readonly at: number } | undefined;
  let loading: Promise<Served> | undefined;
  let look: { readonly attempt: number; readonly timer: NodeJS.Timeout } | undefined;
  const listeners: (() => void)[] = [];
  const whileOpen = new AbortController();

  const load = (): Promise<Served> => {
    loading ??= readServed(client, whileOpen.signal)
      .then((served) => {
        const before = current?.served;
        current = { served, at: now() };
        definitions.start();
        if (before && !isSameServed(before, served)) for (const listener of listeners) listener();
        return served;
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };

  /** Looks again soon, and a few times more while a definition is there that is not served yet. */
  const lookAgain = (attempt: number): void => {
    if (stop.aborted) return;
    const again = (): void => {
      if (attempt < looks) lookAgain(attempt + 1);
    };
    const timer = setTimeout(
      () => {
        look = undefined;
        load().then((served) => {
          if (definitions.missingIn(served)) again();
        }, again);
      },
      gatherMs * 2 ** attempt,
    );
    timer.unref();
    look = { attempt, timer };
  };

  const lookSoon = (): void => {
    if (look?.attempt === 0) return;
    clearTimeout(look?.timer);
    lookAgain(0);
  };
  const definitions = startDefinitionWatch({ client, random, signal: stop }, lookSoon, () => {
    if (current && definitions.missingIn(current.served)) lookSoon();
  });

  const isStale = (): boolean =>
    current === undefined || (!definitions.isWatching() && now() - current.at > unwatchedForMs);
  const served = async (signal: AbortSignal): Promise<Served> =>
    current && !isStale() ? current.served : untilAborted(load(), signal);
  const find = async (apiVersion: string, kind: string, signal: AbortSignal) =>
    (await served(signal)).versions.get(apiVersion)?.get(kind);

  return {
    served,
    find,
    known: (apiVersion, kind) => current?.served.versions.get(apiVersion)?.get(kind),
    async scope(apiVersion, kind, signal) {
      const found = await find(apiVersion, kind, signal);
      if (found) return { found: true, namespaced: found.namespaced, plural: found.plural };
      return { found: false, reason: whyNotFound(await served(signal), apiVersion, kind) };
    },
    async renew(signal) {
      // One that is under way may have been answered before what the caller knows of.
      if (loading) await untilAborted(loading, signal).catch(() => signal.throwIfAborted());
      return untilAborted(load(), signal);
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** In Flux v1's words. */
function whyNotFound({ versions, broken }: Served, apiVersion: string, kind: string): string {
  if (broken.has(apiVersion)) {
    return `error looking up API resources for ${kind}.${apiVersion}: the server is currently unable to handle the request`;
  }
  return versions.has(apiVersion)
    ? `resource not found for API ${apiVersion}, kind ${kind}`
    : `server resources for ${apiVersion} not found`;
}
