import type { JsonObject } from '@fluxctl/shared/kube-object';
import { apiVersionOf, type Kind } from '../registry/kind.ts';
import type { KindRegistry } from '../registry/kind-registry.ts';

interface Group {
  readonly name: string;
  /** The preferred one first. */
  readonly versions: Map<string, Kind[]>;
}

function groupsOf(kinds: KindRegistry): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const kind of kinds.all()) {
    const group = groups.get(kind.group) ?? { name: kind.group, versions: new Map<string, Kind[]>() };
    groups.set(kind.group, group);
    const versions = group.versions.get(kind.version);
    if (versions === undefined) group.versions.set(kind.version, [kind]);
    else versions.push(kind);
  }
  return [...groups.values()].map(({ name, versions }) => ({
    name,
    versions: new Map([...versions].sort(([a], [b]) => compareVersions(a, b))),
  }));
}

/** `v2`, `v1`, `v1beta2`, `v1alpha1`: stable before beta before alpha, newer before older. */
export function compareVersions(a: string, b: string): number {
  const rank = (version: string): readonly number[] | undefined => {
    const [, major, stage, minor] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
    if (major === undefined) return undefined;
    return [stage === undefined ? 2 : stage === 'beta' ? 1 : 0, Number(major), Number(minor ?? 0)];
  };
  const [left, right] = [rank(a), rank(b)];
  if (left === undefined || right === undefined) {
    if (left === right) return a < b ? -1 : 1;
    return left === undefined ? 1 : -1;
  }
  for (const [index, value] of left.entries()) {
    const difference = (right[index] ?? 0) - value;
    if (difference !== 0) return difference;
  }
  return 0;
}

function groupBody(group: Group): JsonObject {
  const versions = [...group.versions.keys()].map((version) => ({
    groupVersion: apiVersionOf(group.name, version),
    version,
  }));
  return { name: group.name, versions, preferredVersion: versions[0] ?? {} };
}

function resourceBodies(kind: Kind): readonly JsonObject[] {
  const own: JsonObject = {
    name: kind.plural,
    singularName: kind.singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs: [...kind.verbs],
    ...(kind.shortNames.length > 0 && { shortNames: [...kind.shortNames] }),
    ...(kind.categories.length > 0 && { categories: [...kind.categories] }),
  };
  const subresources = [...kind.subresources.values()].map(({ name, gvk, verbs }): JsonObject => {
    const foreign = gvk.group !== kind.group || gvk.version !== kind.version;
    return {
      name: `${kind.plural}/${name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(foreign && { group: gvk.group, version: gvk.version }),
      kind: gvk.kind,
      verbs: [...verbs],
    };
  });
  return [own, ...subresources];
}

function aggregatedResource(kind: Kind): JsonObject {
  const subresources = [...kind.subresources.values()].map(({ name, gvk, verbs }): JsonObject => {
    const own = gvk.group === kind.group && gvk.version === kind.version;
    const responseKind = own ? { group: '', version: '', kind: gvk.kind } : { ...gvk };
    return { subresource: name, responseKind, verbs: [...verbs] };
  });
  return {
    resource: kind.plural,
    // Only custom kinds name their own group here.
    responseKind:
      kind.custom === undefined
        ? { group: '', version: '', kind: kind.kind }
        : { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: [...kind.verbs],
    ...(kind.shortNames.length > 0 && { shortNames: [...kind.shortNames] }),
    ...(kind.categories.length > 0 && { categories: [...kind.categories] }),
    ...(subresources.length > 0 && { subresources }),
  };
}

/** `APIGroupDiscoveryList`: everything at once. */
export function aggregatedDiscovery(kinds: KindRegistry, root: 'api' | 'apis'): JsonObject {
  const groups = groupsOf(kinds).filter(({ name }) => (name === '') === (root === 'api'));
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === '' ? {} : { name },
      versions: [...versions].map(([version, resources]) => ({
        version,
        resources: resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

/**
 * The older form, one level at a time.
 * @param parts - of the path: `['api']`, `['apis', 'apps']`, `['apis', 'apps', 'v1']`
 * @returns undefined where there is no such group or version
 */
export function legacyDiscovery(
  kinds: KindRegistry,
  parts: readonly string[],
  serverAddress: string,
): JsonObject | undefined {
  const groups = groupsOf(kinds);
  if (parts[0] === 'api' && parts.length === 1) {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }];
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
  }
  if (parts.length === 1) {
    const named = groups.filter(({ name }) => name !== '').map(groupBody);
    return { kind: 'APIGroupList', apiVersion: 'v1', groups: named };
  }
  const [name, version] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  const group = groups.find((candidate) => candidate.name === name);
  if (group === undefined) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(group) };
  const resources = group.versions.get(version);
  if (resources === undefined) return undefined;
  return {
    kind: 'APIResourceList',
    ...(name !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf(group.name, version),
    resources: resources.flatMap(resourceBodies),
  };
}
