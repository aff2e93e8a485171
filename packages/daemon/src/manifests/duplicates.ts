import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { LoadProblem, SourcePosition } from './manifest.ts';

export interface Defined {
  readonly id: ResourceId;
  readonly source: SourcePosition;
}

export interface Duplicates<T> {
  /** Those whose id is defined once, in their order. */
  readonly unique: ReadonlyMap<ResourceId, T>;
  /** One for each id that is defined more than once. */
  readonly problems: readonly LoadProblem[];
}

/**
 * Sets apart what is defined more than once. Nobody can say which definition is meant, so none is
 * applied; what the cluster has is neither changed nor pruned. (Flux v1 refused the whole repository.)
 */
export function setApartDuplicates<T>(items: readonly T[], definedBy: (item: T) => Defined): Duplicates<T> {
  const unique = new Map<ResourceId, T>();
  const several = new Map<ResourceId, SourcePosition[]>();
  for (const item of items) {
    const { id, source } = definedBy(item);
    const other = unique.get(id);
    if (other === undefined) unique.set(id, item);
    else {
      const known = several.get(id);
      if (known === undefined) several.set(id, [definedBy(other).source, source]);
      else known.push(source);
    }
  }
  for (const id of several.keys()) unique.delete(id);
  return { unique, problems: [...several].map(([id, sources]) => duplicateProblem(id, sources)) };
}

function duplicateProblem(id: ResourceId, sources: readonly SourcePosition[]): LoadProblem {
  const [first] = sources;
  const paths = [...new Set(sources.map(({ path }) => path))];
  const places = sources.map(({ path, line }) => `${path}:${line}`).join(', ');
  return {
    severity: 'error',
    message:
      `duplicate definition of '${id}' (in ${paths.join(' and ')}): ` +
      `none of ${places} is applied, and what the cluster has is left as it is`,
    source: first ?? { path: '' },
    ids: [id],
  };
}
