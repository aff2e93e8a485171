import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { kindRank, lastRank } from '../manifests/kind-rank.ts';
import { groupOf } from './served-kinds.ts';

/** Objects that wait for the same, and for one another not at all. */
export interface Batch<Item> {
  readonly items: readonly Item[];
  /** What is to be done before; these stand earlier in the order. */
  readonly after: readonly Batch<Item>[];
  /** Whether the objects are of kinds that definitions among the items bring. */
  readonly ofNewKinds: boolean;
}

/** Once they are there, they have a say in all that is applied. */
const judges = new Set(['APIService', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']);
/** Of v1's first rank, yet nothing of its second names them. */
const unnamed = new Set(['PersistentVolume', 'Service']);
const lastStage = 4;

/**
 * When an object's turn is: Flux v1's ranks, as far as one kind can need another. Namespaces and definitions,
 * then accounts and roles, then what workloads use, and bindings, which need the roles that they name; then
 * workloads and everything else, and at last what has a say in others.
 */
export function applyStage(kind: string): number {
  if (isDefinition({ kind })) return 0;
  if (judges.has(kind)) return lastStage;
  if (unnamed.has(kind)) return 2;
  return Math.min(kindRank(kind), lastRank - 1);
}

export function isDefinition({ kind }: Pick<ObjectRef, 'kind'>): boolean {
  return kind === 'CustomResourceDefinition';
}

/** Where objects without a namespace are. */
const everywhere = '';

/**
 * Orders objects so that each comes after what it may need: the earlier stages of its own namespace, and those
 * of what has no namespace. Namespaces do not wait for one another.
 */
export function orderForApply<Item extends { readonly ref: ObjectRef }>(
  items: readonly Item[],
): Batch<Item>[] {
  const definitions = items.filter(({ ref }) => isDefinition(ref));
  const newGroups = new Set(definitions.map(({ ref }) => definedGroup(ref)));
  const isOfNewKind = ({ ref }: Item): boolean =>
    !isDefinition(ref) && newGroups.has(groupOf(ref.apiVersion));
  const ordered: Batch<Item>[] = [];
  /** By namespace. */
  const earlier = new Map<string, Batch<Item>[]>();
  const stages = Map.groupBy(items, ({ ref }) => applyStage(ref.kind));
  for (const stage of [...stages.keys()].toSorted((a, b) => a - b)) {
    const made: (readonly [place: string, batch: Batch<Item>])[] = [];
    for (const [place, inPlace] of Map.groupBy(stages.get(stage) ?? [], ({ ref }) => placeOf(ref))) {
      const own = place === everywhere ? [] : (earlier.get(place) ?? []);
      const after = stage === lastStage ? [...ordered] : [...own, ...(earlier.get(everywhere) ?? [])];
      for (const [ofNewKinds, some] of Map.groupBy(inPlace, isOfNewKind)) {
        made.push([place, { items: some, after, ofNewKinds }]);
      }
    }
    for (const [place, batch] of made) {
      ordered.push(batch);
      const known = earlier.get(place);
      if (known) known.push(batch);
      else earlier.set(place, [batch]);
    }
  }
  return ordered;
}

/** A namespace is the first of what lives in it. */
function placeOf({ apiVersion, kind, name, namespace }: ObjectRef): string {
  return apiVersion === 'v1' && kind === 'Namespace' ? name : (namespace ?? everywhere);
}

/** A definition's name is `plural.group`. */
function definedGroup({ name }: ObjectRef): string {
  return name.slice(name.indexOf('.') + 1);
}
