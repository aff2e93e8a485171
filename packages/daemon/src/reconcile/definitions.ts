import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import type { Cluster } from '../cluster/cluster.ts';
import type { CommitSha } from '../git/repository.ts';
import type { LoadedManifests, ManifestLoader } from '../manifests/manifest.ts';
import { gcMark } from '../manifests/mark.ts';
import { lookUpScopes, resolveWanted, type ScopeTable } from './resolve-wanted.ts';
import type { SourceConfig } from './source-config.ts';
import type { ObjectKey, Wanted } from './wanted.ts';

/** All that git defines at a revision, with its place in the cluster. */
export interface Definitions {
  readonly revision: CommitSha;
  readonly loaded: LoadedManifests;
  readonly wanted: readonly Wanted[];
  readonly byKey: ReadonlyMap<ObjectKey, Wanted>;
  readonly byId: ReadonlyMap<ResourceId, Wanted>;
  /** Whether git may define the id, in what could be read or in what could not be used. */
  mayDefine(id: ResourceId): boolean;
}

/** Loads, or takes what was loaded before. No request is made for a revision whose kinds are all known. */
export interface DefinitionStore {
  at(revision: CommitSha, signal: AbortSignal): Promise<Definitions>;
}

export function createDefinitionStore(
  config: SourceConfig,
  ports: { readonly loader: ManifestLoader; readonly cluster: Pick<Cluster, 'scope'> },
): DefinitionStore {
  let latest: Definitions | undefined;
  const rules = {
    allowedNamespaces: config.allowedNamespaces,
    defaultNamespace: config.defaultNamespace,
    markOf: (id: ResourceId) => gcMark(config.setName, id),
  };
  return {
    async at(revision, signal) {
      const known = latest?.revision === revision ? latest : undefined;
      if (known?.wanted.every(({ standing }) => standing.kind !== 'unscoped')) return known;
      const loaded = known?.loaded ?? (await ports.loader.load(revision, config.paths, signal));
      const scopes = await lookUpScopes(loaded, (apiVersion, kind) =>
        ports.cluster.scope(apiVersion, kind, signal),
      );
      latest = build(revision, loaded, scopes, rules);
      return latest;
    },
  };
}

function build(
  revision: CommitSha,
  loaded: LoadedManifests,
  scopes: ScopeTable,
  rules: Parameters<typeof resolveWanted>[2],
): Definitions {
  const wanted = resolveWanted(loaded.manifests, scopes, rules);
  const byKey = new Map(wanted.map((one) => [one.key, one]));
  const byId = new Map(wanted.map((one) => [one.id, one]));
  const leftOut = new Set<ResourceId>(loaded.problems.flatMap(({ ids }) => [...ids]));
  for (const { standing, manifest } of wanted) {
    if (standing.kind !== 'unscoped') continue;
    // Which of the two it is cannot be told while the kind is unknown.
    leftOut.add(resourceId(undefined, manifest.kind, manifest.name));
    leftOut.add(resourceId(manifest.namespace || rules.defaultNamespace, manifest.kind, manifest.name));
  }
  return { revision, loaded, wanted, byKey, byId, mayDefine: (id) => byId.has(id) || leftOut.has(id) };
}
