import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { isObject } from '../kube-object.ts';
import { anySchema, entrySchema, type ListSchema, type TypeSchema } from '../schema/type-schema.ts';
import { itemElement, type PathElement } from './path-element.ts';

type Maybe = JsonValue | undefined;

function isBare(value: Maybe): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}

/** What `applied` says, laid over `live`: maps by field, keyed lists by item, all else replaced. */
export function mergeTyped(schema: TypeSchema, live: Maybe, applied: Maybe): Maybe {
  const replaced = applied === undefined ? live : applied;
  if (schema.type === 'scalar') return replaced;
  if (schema.type === 'any') {
    if (schema.atomic || !isObject(live) || !isObject(applied)) return replaced;
    return mergeEntries(() => anySchema, live, applied);
  }
  if (schema.relation === 'atomic' || (isBare(live) && isBare(applied))) return replaced;
  if (schema.type === 'list') return mergeItems(schema, live, applied);
  return mergeEntries((key) => entrySchema(schema, key), live, applied);
}

function mergeEntries(
  schemaOf: (key: string) => TypeSchema | undefined,
  live: Maybe,
  applied: Maybe,
): JsonObject | undefined {
  const left = isObject(live) ? live : {};
  const right = isObject(applied) ? applied : {};
  const merged: JsonObject = {};
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const before = Object.hasOwn(left, key) ? left[key] : undefined;
    const after = Object.hasOwn(right, key) ? right[key] : undefined;
    const schema = schemaOf(key);
    const value = schema === undefined ? (after ?? before) : mergeTyped(schema, before, after);
    if (value !== undefined) merged[key] = value;
  }
  return Object.keys(merged).length > 0 ? merged : undefined;
}

interface IndexedItems {
  readonly elements: readonly PathElement[];
  /** Undefined for items whose name is taken twice. */
  readonly byElement: ReadonlyMap<PathElement, Maybe>;
}

function indexItems(schema: ListSchema, items: readonly JsonValue[]): IndexedItems {
  const byElement = new Map<PathElement, Maybe>();
  const elements = items.map((item, index) => {
    const named = itemElement(schema, item);
    const element = named instanceof Error ? `i:${index}` : named;
    byElement.set(element, byElement.has(element) ? undefined : item);
    return element;
  });
  return { elements, byElement };
}

/**
 * Items of both sides, each once: those that are only live stay where they are, the applied ones come in
 * their own order, shared ones merged.
 */
function mergeItems(schema: ListSchema, live: Maybe, applied: Maybe): JsonValue[] | undefined {
  const liveItems = Array.isArray(live) ? live : [];
  const left = indexItems(schema, liveItems);
  const right = indexItems(schema, Array.isArray(applied) ? applied : []);
  const merged: JsonValue[] = [];
  const taken = new Set<PathElement>();
  const shared = right.elements.filter((element) => left.byElement.has(element));
  let nextShared = shared.shift();
  const take = (before: Maybe, after: Maybe): void => {
    const value = mergeTyped(schema.items, before, after);
    if (value !== undefined) merged.push(value);
  };
  const takeApplied = (element: PathElement): void => {
    taken.add(element);
    take(left.byElement.get(element), right.byElement.get(element));
  };
  let l = 0;
  let r = 0;
  while (l < left.elements.length || r < right.elements.length) {
    const liveElement = left.elements[l];
    const appliedElement = right.elements[r];
    if (liveElement !== undefined && appliedElement !== undefined) {
      if (liveElement === appliedElement) {
        takeApplied(appliedElement);
        l++;
        r++;
        nextShared = shared.shift();
        continue;
      }
      if (right.byElement.has(liveElement) && nextShared !== undefined && nextShared !== liveElement) {
        l++; // shared, but its turn has not come
        continue;
      }
    }
    if (liveElement !== undefined) {
      if (!right.byElement.has(liveElement)) {
        take(liveItems[l], undefined);
        l++;
        continue;
      }
      if (taken.has(liveElement)) l++;
    }
    if (appliedElement !== undefined) {
      takeApplied(appliedElement);
      r++;
      if (nextShared === appliedElement) nextShared = shared.shift();
    }
  }
  return merged.length > 0 ? merged : undefined;
}
