import type { JsonObject } from '@fluxctl/shared/kube-object';
import { PairMap } from '@fluxctl/shared/pair-map';
import {
  clusterScope,
  type ResourceId,
  resourceId,
  resourceIdParts,
} from '@fluxctl/shared/resource/resource-id';
import type { Cluster, Scope } from '../cluster/cluster.ts';
import type { CommitSha } from '../git/repository.ts';
import { setApartDuplicates } from '../manifests/duplicates.ts';
import type {
  LoadedManifests,
  LoadProblem,
  Manifest,
  ManifestLoader,
  ParsedListener,
} from '../manifests/manifest.ts';
import { gcMark } from '../manifests/mark.ts';
import { type Breather, createBreather } from '../waiting/breather.ts';
import { untilAborted } from '../waiting/until-aborted.ts';
import {
  createWantedResolver,
  type Kind,
  kindsOf,
  lookUpScopes,
  type ScopeLookUp,
} from './resolve-wanted.ts';
import type { SourceConfig } from './source-config.ts';
import type { ObjectKey, Wanted } from './wanted.ts';

/** All that git defines at a revision, with its place in the cluster. Unchanging. */
export interface Definitions {
  readonly revision: CommitSha;
  readonly loaded: LoadedManifests;
  /** Of the load, and what shows only when every object has its namespace. */
  readonly problems: readonly LoadProblem[];
  readonly wanted: readonly Wanted[];
  readonly byKey: ReadonlyMap<ObjectKey, Wanted>;
  readonly byId: ReadonlyMap<ResourceId, Wanted>;
  /** Objects of kinds that the cluster does not know. */
  readonly unscoped: readonly Wanted[];
  /** The kinds of all others, each once. */
  readonly kinds: readonly Kind[];
  /** Whether git may define the id, in what could be read or in what could not be used. */
  mayDefine(id: ResourceId): boolean;
}

/** Sees objects of git while their bodies are at hand; their places are those that the cluster tells by itself. */
export type WantedListener = (objects: readonly Wanted[], body: (manifest: Manifest) => JsonObject) => void;

/**
 * Loads, or takes what was loaded before: the two revisions asked for last are kept. No request is made for
 * one whose kinds are all known; who asks for one that is being loaded waits for it.
 */
export interface DefinitionStore {
  at(revision: CommitSha, signal: AbortSignal, onParsed?: WantedListener): Promise<Definitions>;
  /** What the cluster serves may have changed: scopes are looked up anew. */
  forgetScopes(): void;
}

/** A pass and an update job that works on a newer head ask in turns. */
const revisionsKept = 2;

interface Kept {
  readonly definitions: Definitions;
  /** How often scopes had been forgotten when they were looked up. */
  readonly scopesOf: number;
}

export function createDefinitionStore(
  config: SourceConfig,
  ports: { readonly loader: ManifestLoader; readonly cluster: Pick<Cluster, 'scope'> },
): DefinitionStore {
  /** What was asked for last comes last. */
  const kept = new Map<CommitSha, Kept>();
  const underWay = new Map<CommitSha, Promise<unknown>>();
  let timesForgotten = 0;
  const { allowedNamespaces, defaultNamespace, setName } = config;
  const markOf = (id: ResourceId): string => gcMark(setName, id);
  const resolve = createWantedResolver({ allowedNamespaces, defaultNamespace, markOf });

  function showWanted(onParsed: WantedListener, ask: ScopeLookUp): ParsedListener {
    const scopes = new PairMap<Scope>();
    return async (manifests, body) => {
      for (const { apiVersion, kind } of manifests) {
        if (!scopes.get(apiVersion, kind)) scopes.set(apiVersion, kind, await ask(apiVersion, kind));
      }
      onParsed(resolve(manifests, scopes), body);
    };
  }

  function keep(one: Kept): Definitions {
    const { revision } = one.definitions;
    kept.delete(revision);
    kept.set(revision, one);
    for (const oldest of kept.keys()) if (kept.size > revisionsKept) kept.delete(oldest);
    return one.definitions;
  }

  async function make(
    revision: CommitSha,
    signal: AbortSignal,
    onParsed: WantedListener | undefined,
  ): Promise<Definitions> {
    const scopesOf = timesForgotten;
    const breathe = createBreather();
    const ask: ScopeLookUp = (apiVersion, kind) => ports.cluster.scope(apiVersion, kind, signal);
    const listener = onParsed && showWanted(onParsed, ask);
    const before = kept.get(revision)?.definitions.loaded;
    const loaded = before ?? (await ports.loader.load(revision, config.paths, signal, listener));
    await breathe();
    const scopes = await lookUpScopes(loaded, ask);
    const resolved = resolve(loaded.manifests, scopes);
    await breathe();
    const definitions = await build(revision, loaded, resolved, defaultNamespace, breathe);
    return keep({ definitions, scopesOf });
  }

  return {
    async at(revision, signal, onParsed) {
      for (let others = underWay.get(revision); others; others = underWay.get(revision)) {
        // What becomes of it is theirs; it is known then, or begun anew.
        await untilAborted(
          others.catch(() => undefined),
          signal,
        );
      }
      const known = kept.get(revision);
      if (known?.definitions.unscoped.length === 0 && known.scopesOf === timesForgotten) return keep(known);
      const making = make(revision, signal, onParsed);
      underWay.set(revision, making);
      try {
        return await making;
      } finally {
        if (underWay.get(revision) === making) underWay.delete(revision);
      }
    },
    forgetScopes() {
      timesForgotten += 1;
    },
  };
}

async function build(
  revision: CommitSha,
  loaded: LoadedManifests,
  resolved: readonly Wanted[],
  defaultNamespace: string,
  breathe: Breather,
): Promise<Definitions> {
  // Written with and without the default namespace, two objects turn out to be one only now.
  const { unique: byId, problems: duplicates } = setApartDuplicates(resolved, ({ id, manifest }) => ({
    id,
    source: manifest.source,
  }));
  const problems = [...loaded.problems, ...duplicates];
  const wanted = [...byId.values()];
  await breathe();
  const unscoped = wanted.filter(({ standing }) => standing.kind === 'unscoped');
  const scoped = wanted.filter(({ standing }) => standing.kind !== 'unscoped');
  const leftOut = new Set(
    [...problems.flatMap(({ ids }) => ids), ...unscoped.map(({ id }) => id)].flatMap((id) =>
      possibleIds(id, defaultNamespace),
    ),
  );
  return {
    revision,
    loaded,
    problems,
    wanted,
    byKey: new Map(wanted.map((one) => [one.key, one])),
    byId,
    unscoped,
    kinds: kindsOf(scoped.map(({ manifest }) => manifest)),
    mayDefine: (id) => byId.has(id) || leftOut.has(id),
  };
}

/** What a written id may turn out to be once the scope of its kind is known. */
function possibleIds(written: ResourceId, defaultNamespace: string): ResourceId[] {
  const { namespace, kind, name } = resourceIdParts(written);
  const home = namespace === clusterScope ? defaultNamespace : namespace;
  return [written, resourceId(clusterScope, kind, name), resourceId(home, kind, name)];
}
