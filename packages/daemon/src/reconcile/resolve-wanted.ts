import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { isSet } from '@fluxctl/shared/policy/policies';
import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import type { Scope } from '../cluster/cluster.ts';
import type { CustomScope, LoadedManifests, Manifest } from '../manifests/manifest.ts';
import { objectKey, type Standing, type Wanted } from './wanted.ts';

/** Whether a kind's objects live in namespaces, by `apiVersion kind`. */
export type ScopeTable = ReadonlyMap<string, Scope>;

export interface WantedRules {
  readonly allowedNamespaces: readonly string[];
  readonly defaultNamespace: string;
  /** Value of the mark for an id. */
  readonly markOf: (id: ResourceId) => string;
}

export function kindKey(apiVersion: string, kind: string): string {
  return `${apiVersion} ${kind}`;
}

/** The kinds of a load, each once. */
export function kindsOf(manifests: readonly Manifest[]): { apiVersion: string; kind: string }[] {
  const kinds = new Map<string, { apiVersion: string; kind: string }>();
  for (const { apiVersion, kind } of manifests) {
    const key = kindKey(apiVersion, kind);
    if (!kinds.has(key)) kinds.set(key, { apiVersion, kind });
  }
  return [...kinds.values()];
}

/** Asks the cluster, then the CRDs of the repository itself, for the scope of each kind. */
export async function lookUpScopes(
  loaded: LoadedManifests,
  scopeOf: (apiVersion: string, kind: string) => Promise<Scope>,
): Promise<ScopeTable> {
  const custom = new Map<string, CustomScope>(
    loaded.customScopes.map((scope) => [kindKey(scope.apiVersion, scope.kind), scope]),
  );
  const table = new Map<string, Scope>();
  for (const { apiVersion, kind } of kindsOf(loaded.manifests)) {
    const key = kindKey(apiVersion, kind);
    const served = await scopeOf(apiVersion, kind);
    const own = custom.get(key);
    table.set(key, served.found || !own ? served : { found: true, namespaced: own.namespaced, plural: '' });
  }
  return table;
}

/** Gives every object of a load its place in the cluster, and decides whether it may be applied. */
export function resolveWanted(
  manifests: readonly Manifest[],
  scopes: ScopeTable,
  rules: WantedRules,
): Wanted[] {
  return manifests.map((manifest) => {
    const scope = scopes.get(kindKey(manifest.apiVersion, manifest.kind));
    const namespace = placeOf(manifest, scope, rules);
    const id = scope?.found ? resourceId(namespace, manifest.kind, manifest.name) : manifest.writtenId;
    const { apiVersion, kind, name } = manifest;
    const ref: ObjectRef = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    const standing = standingOf(manifest, scope, namespace, rules);
    return { manifest, id, ref, key: objectKey(ref), mark: rules.markOf(id), standing };
  });
}

function placeOf(manifest: Manifest, scope: Scope | undefined, rules: WantedRules): string | undefined {
  if (!scope?.found) return manifest.namespace;
  return scope.namespaced ? manifest.namespace || rules.defaultNamespace : undefined;
}

function standingOf(
  manifest: Manifest,
  scope: Scope | undefined,
  namespace: string | undefined,
  rules: WantedRules,
): Standing {
  if (isSet(manifest.policies, 'ignore')) return { kind: 'ignored' };
  if (!scope?.found) return { kind: 'unscoped', reason: scope?.reason ?? 'unknown kind' };
  const { allowedNamespaces: allowed } = rules;
  const home = namespace ?? (manifest.kind === 'Namespace' ? manifest.name : undefined);
  if (allowed.length > 0 && home !== undefined && !allowed.includes(home)) return { kind: 'excluded' };
  return { kind: 'apply' };
}
