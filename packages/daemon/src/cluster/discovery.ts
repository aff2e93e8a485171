import type { JsonObject } from '@fluxctl/shared/kube-object';
import { isStatus } from './api-error.ts';
import type { Scope } from './cluster.ts';
import type { KubeClient } from './kube-client.ts';

/** A kind in one version of its group, as the API server serves it. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface Served {
  /** The kinds of a group version, by kind; the group's preferred version comes first. */
  readonly versions: ReadonlyMap<string, ReadonlyMap<string, ServedKind>>;
  /** Group versions that are registered but do not answer: an aggregated API that is down. */
  readonly broken: ReadonlySet<string>;
}

/** What the API server serves; kept until something says that it has changed. */
export interface Discovery {
  served(signal: AbortSignal): Promise<Served>;
  find(apiVersion: string, kind: string, signal: AbortSignal): Promise<ServedKind | undefined>;
  scope(apiVersion: string, kind: string, signal: AbortSignal): Promise<Scope>;
  /** What was known may be out of date. */
  invalidate(): void;
  onInvalidated(listener: () => void): void;
}

/** How soon an unknown kind may be asked for again, when nothing says that it has come. */
const askAgainAfterMs = 30_000;

export function createDiscovery(client: KubeClient, now: () => number): Discovery {
  let known: { readonly served: Promise<Served>; readonly at: number } | undefined;
  const listeners: (() => void)[] = [];

  const served = (signal: AbortSignal): Promise<Served> => {
    if (known === undefined) {
      const asked = { served: discover(client, signal), at: now() };
      known = asked;
      asked.served.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    return known.served;
  };

  const find = async (
    apiVersion: string,
    kind: string,
    signal: AbortSignal,
  ): Promise<ServedKind | undefined> => {
    const found = (await served(signal)).versions.get(apiVersion)?.get(kind);
    if (found || known === undefined || now() - known.at < askAgainAfterMs) return found;
    known = undefined;
    return (await served(signal)).versions.get(apiVersion)?.get(kind);
  };

  return {
    served,
    find,
    async scope(apiVersion, kind, signal) {
      const found = await find(apiVersion, kind, signal);
      if (found) return { found: true, namespaced: found.namespaced, plural: found.plural };
      const { versions, broken } = await served(signal);
      if (broken.has(apiVersion)) {
        const reason = `error looking up API resources for ${kind}.${apiVersion}: the server is currently unable to handle the request`;
        return { found: false, reason };
      }
      if (versions.has(apiVersion)) {
        return { found: false, reason: `resource not found for API ${apiVersion}, kind ${kind}` };
      }
      return { found: false, reason: `server resources for ${apiVersion} not found` };
    },
    invalidate() {
      known = undefined;
      for (const listener of listeners) listener();
    },
    onInvalidated: (listener) => void listeners.push(listener),
  };
}

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

async function discover(client: KubeClient, signal: AbortSignal): Promise<Served> {
  const versions = new Map<string, Map<string, ServedKind>>();
  const broken = new Set<string>();
  for (const path of ['/api', '/apis']) {
    const { body, contentType } = await client.request({ method: 'GET', path, accept: aggregated }, signal);
    if (contentType.includes('apidiscovery')) readAggregated(body, versions, broken);
    else await readLegacy(client, path, body, versions, broken, signal);
  }
  return { versions, broken };
}

interface AggregatedList {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly freshness?: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind?: string };
        readonly scope: string;
        readonly verbs?: readonly string[];
      }[];
    }[];
  }[];
}

function readAggregated(
  body: JsonObject,
  versions: Map<string, Map<string, ServedKind>>,
  broken: Set<string>,
): void {
  for (const item of (body as unknown as AggregatedList).items ?? []) {
    const group = item.metadata?.name ?? '';
    for (const version of item.versions ?? []) {
      const apiVersion = group === '' ? version.version : `${group}/${version.version}`;
      const kinds = new Map<string, ServedKind>();
      for (const { resource, responseKind, scope, verbs = [] } of version.resources ?? []) {
        const kind = responseKind?.kind ?? '';
        if (kinds.has(kind)) continue;
        kinds.set(kind, {
          apiVersion,
          group,
          kind,
          plural: resource,
          namespaced: scope === 'Namespaced',
          verbs,
        });
      }
      if (version.freshness === 'Stale') broken.add(apiVersion);
      if (kinds.size > 0 || version.freshness !== 'Stale') versions.set(apiVersion, kinds);
    }
  }
}

interface LegacyLists {
  readonly versions?: readonly string[];
  readonly groups?: readonly {
    readonly name: string;
    readonly versions: readonly { readonly groupVersion: string }[];
  }[];
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** Before Kubernetes 1.26: one request a group version. */
async function readLegacy(
  client: KubeClient,
  path: string,
  body: JsonObject,
  versions: Map<string, Map<string, ServedKind>>,
  broken: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const lists = body as unknown as LegacyLists;
  const groupVersions =
    lists.versions ??
    (lists.groups ?? []).flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
  const answers = await Promise.all(
    groupVersions.map(async (apiVersion) => {
      try {
        const { body } = await client.request({ method: 'GET', path: `${path}/${apiVersion}` }, signal);
        return { apiVersion, resources: (body as unknown as LegacyLists).resources ?? [] };
      } catch (error) {
        // An API group that does not answer costs only its own kinds.
        if (isStatus(error, 503) || isStatus(error, 404)) return { apiVersion, resources: undefined };
        throw error;
      }
    }),
  );
  for (const { apiVersion, resources } of answers) {
    if (resources === undefined) {
      broken.add(apiVersion);
      continue;
    }
    const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
    const kinds = new Map<string, ServedKind>();
    for (const { name, kind, namespaced, verbs } of resources) {
      if (name.includes('/') || kinds.has(kind)) continue;
      kinds.set(kind, { apiVersion, group, kind, plural: name, namespaced, verbs });
    }
    versions.set(apiVersion, kinds);
  }
}

/** Path of the objects of a kind, of one of them, or of those in one namespace. */
export function objectPath(
  served: Pick<ServedKind, 'apiVersion' | 'plural'>,
  namespace: string | undefined,
  name?: string,
): string {
  const root = served.apiVersion.includes('/') ? `/apis/${served.apiVersion}` : `/api/${served.apiVersion}`;
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${place}/${served.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
