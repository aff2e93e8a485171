import type { JsonObject } from '@fluxctl/shared/kube-object';
import { isStatus } from './api-error.ts';
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

/** Empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Kinds that can be listed and watched, each once, in their group's preferred version. */
export function watchableKinds({ versions }: Served): Map<string, ServedKind> {
  const kinds = new Map<string, ServedKind>();
  for (const served of versions.values()) {
    for (const kind of served.values()) {
      const name = kindName(kind);
      if (!kinds.has(name) && isWatchable(kind)) kinds.set(name, kind);
    }
  }
  return kinds;
}

/** Names a kind whatever its version. */
export function kindName({ group, kind }: Pick<ServedKind, 'group' | 'kind'>): string {
  return `${group}/${kind}`;
}

export function isWatchable({ verbs }: ServedKind): boolean {
  return verbs.includes('list') && verbs.includes('watch');
}

/** Whether two answers come to the same. */
export function isSameServed(a: Served, b: Served): boolean {
  return describe(a) === describe(b);
}

function describe({ versions, broken }: Served): string {
  const kinds = [...versions].flatMap(([apiVersion, served]) => [
    apiVersion,
    ...[...served.values()].map(
      ({ kind, plural, namespaced, verbs }) => `${apiVersion} ${kind} ${plural} ${namespaced} ${verbs}`,
    ),
  ]);
  return [...kinds, ...[...broken].map((apiVersion) => `${apiVersion} broken`)].toSorted().join('\n');
}

const aggregated =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** Asks the API server for all that it serves; two requests where it is not older than Kubernetes 1.26. */
export async function readServed(client: KubeClient, signal: AbortSignal): Promise<Served> {
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
        const namespaced = scope === 'Namespaced';
        kinds.set(kind, { apiVersion, group, kind, plural: resource, namespaced, verbs });
      }
      // What an aggregated API served before it went down is told along, and still true.
      if (version.freshness === 'Stale') broken.add(apiVersion);
      if (kinds.size > 0 || version.freshness !== 'Stale') versions.set(apiVersion, kinds);
    }
  }
}

interface LegacyLists {
  readonly versions?: readonly string[];
  readonly groups?: readonly {
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
    const group = groupOf(apiVersion);
    const kinds = new Map<string, ServedKind>();
    for (const { name, kind, namespaced, verbs } of resources) {
      if (name.includes('/') || kinds.has(kind)) continue;
      kinds.set(kind, { apiVersion, group, kind, plural: name, namespaced, verbs });
    }
    versions.set(apiVersion, kinds);
  }
}
