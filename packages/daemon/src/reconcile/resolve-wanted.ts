import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { PairMap } from '@fluxctl/shared/pair-map';
import { isSet } from '@fluxctl/shared/policy/policies';
import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import type { Scope } from '../cluster/cluster.ts';
import type { CustomScope, LoadedManifests, Manifest } from '../manifests/manifest.ts';
import { objectKey, type Standing, type Wanted } from './wanted.ts';

/** Whether a kind's objects live in namespaces, by `apiVersion` and kind. */
export type ScopeTable = Pick<PairMap<Scope>, 'get'>;

export interface WantedRules {
  readonly allowedNamespaces: readonly string[];
  readonly defaultNamespace: string;
  /** Value of the mark for an id. */
  readonly markOf: (id: ResourceId) => string;
}

/** A kind in one version of its group. */
export interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The kinds of a load, each once. */
export function kindsOf(manifests: readonly Manifest[]): readonly Kind[] {
  const kinds = new PairMap<Kind>();
  for (const { apiVersion, kind } of manifests) {
    if (!kinds.get(apiVersion, kind)) kinds.set(apiVersion, kind, { apiVersion, kind });
  }
  return [...kinds.values()];
}

/** Asks the cluster for the scope of a kind. */
export type ScopeLookUp = (apiVersion: string, kind: string) => Promise<Scope>;

/** Asks the cluster, then the CRDs of the repository itself, for the scope of each kind. */
export async function lookUpScopes(
  loaded: Pick<LoadedManifests, 'manifests' | 'customScopes'>,
  scopeOf: ScopeLookUp,
): Promise<ScopeTable> {
  const custom = new PairMap<CustomScope>();
  for (const scope of loaded.customScopes) custom.set(scope.apiVersion, scope.kind, scope);
  const table = new PairMap<Scope>();
  for (const { apiVersion, kind } of kindsOf(loaded.manifests)) {
    const served = await scopeOf(apiVersion, kind);
    const own = custom.get(apiVersion, kind);
    const scope: Scope =
      served.found || !own ? served : { found: true, namespaced: own.namespaced, plural: '' };
    table.set(apiVersion, kind, scope);
  }
  return table;
}

/** Gives every object of a load its place in the cluster, and decides whether it may be applied. */
export type WantedResolver = (manifests: readonly Manifest[], scopes: ScopeTable) => readonly Wanted[];

/**
 * Takes again what it made before of a manifest, as long as the scope of its kind is the same: at the next
 * revision, most manifests are the very same objects.
 */
export function createWantedResolver(rules: WantedRules): WantedResolver {
  const made = new WeakMap<Manifest, { readonly scope: Scope | undefined; readonly wanted: Wanted }>();
  return (manifests, scopes) =>
    manifests.map((manifest) => {
      const scope = scopes.get(manifest.apiVersion, manifest.kind);
      const before = made.get(manifest);
      if (before && isSameScope(before.scope, scope)) return before.wanted;
      const wanted = resolveWanted(manifest, scope, rules);
      made.set(manifest, { scope, wanted });
      return wanted;
    });
}

/** Whether two scopes say the same of an object's place. */
function isSameScope(a: Scope | undefined, b: Scope | undefined): boolean {
  if (a === b) return true;
  if (!a || !b) return false;
  if (a.found) return b.found && a.namespaced === b.namespaced;
  return !b.found && a.reason === b.reason;
}

function resolveWanted(manifest: Manifest, scope: Scope | undefined, rules: WantedRules): Wanted {
  const { apiVersion, kind, name } = manifest;
  const namespace = placeOf(manifest, scope, rules);
  const id = scope?.found ? resourceId(namespace, kind, name) : manifest.writtenId;
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const standing = standingOf(manifest, scope, namespace, rules);
  return { manifest, id, ref, key: objectKey(ref), mark: rules.markOf(id), standing };
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
