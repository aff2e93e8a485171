import type { JsonValue } from '@fluxctl/shared/kube-object';
import { isObject, sameJson } from '../kube-object.ts';
import { anySchema, entrySchema, type ListSchema, type TypeSchema } from '../schema/type-schema.ts';
import { FieldSet } from './field-set.ts';
import { fieldElement, itemElement, type PathElement } from './path-element.ts';

/** What differs between two states of an object. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

type Maybe = JsonValue | undefined;

/** Compares field by field. */
export function compareFields(schema: TypeSchema, before: JsonValue, after: JsonValue): Comparison {
  const walker = new Walker();
  walker.visit(schema, before, after, []);
  return { added: walker.added, modified: walker.modified, removed: walker.removed };
}

function isBare(value: Maybe): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

class Walker {
  readonly added = new FieldSet();
  readonly modified = new FieldSet();
  readonly removed = new FieldSet();

  visit(schema: TypeSchema, before: Maybe, after: Maybe, path: PathElement[]): void {
    const resolved = resolve(schema, before, after);
    const bareBoth = resolved.type !== 'scalar' && isBare(before) && isBare(after);
    const isLeaf =
      resolved.type === 'scalar' ||
      (resolved.type === 'any' && (resolved.atomic || !(isObject(before) || isObject(after)))) ||
      ((resolved.type === 'list' || resolved.type === 'map') && resolved.relation === 'atomic') ||
      bareBoth;
    if (isLeaf) {
      if (before === undefined) this.added.insert(path);
      else if (after === undefined) this.removed.insert(path);
      else if (!sameJson(before, after)) this.modified.insert(path);
      return;
    }
    if (resolved.type === 'list') this.#visitItems(resolved, before, after, path);
    else this.#visitEntries(resolved, before, after, path);
    if (before === undefined) this.added.insert(path);
    else if (after === undefined) this.removed.insert(path);
  }

  #visitEntries(schema: TypeSchema, before: Maybe, after: Maybe, path: PathElement[]): void {
    const left = isObject(before) ? before : {};
    const right = isObject(after) ? after : {};
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const inner = schema.type === 'map' ? entrySchema(schema, key) : anySchema;
      if (inner === undefined) continue;
      path.push(fieldElement(key));
      this.visit(
        inner,
        Object.hasOwn(left, key) ? left[key] : undefined,
        Object.hasOwn(right, key) ? right[key] : undefined,
        path,
      );
      path.pop();
    }
  }

  #visitItems(schema: ListSchema, before: Maybe, after: Maybe, path: PathElement[]): void {
    const left = itemsByElement(schema, before);
    const right = itemsByElement(schema, after);
    for (const element of new Set([...left.keys(), ...right.keys()])) {
      const [lefts = [], rights = []] = [left.get(element), right.get(element)];
      path.push(element);
      if (lefts.length <= 1 && rights.length <= 1) this.visit(schema.items, lefts[0], rights[0], path);
      else this.#visitDuplicates(schema, lefts, rights, path);
      path.pop();
    }
  }

  /** Items of one name cannot be told apart: they are compared as one. */
  #visitDuplicates(
    schema: ListSchema,
    before: readonly JsonValue[],
    after: readonly JsonValue[],
    path: PathElement[],
  ): void {
    if (before.length >= 2 && after.length >= 2) {
      if (!sameJson([...before], [...after])) this.modified.insert(path);
    } else if (before.length >= 2) {
      if (after.length > 0) this.visit(schema.items, undefined, after[0], path);
      this.removed.insert(path);
    } else {
      if (before.length > 0) this.visit(schema.items, before[0], undefined, path);
      this.added.insert(path);
    }
  }
}

/** Where there is no schema, the value tells: maps are granular, everything else is a leaf. */
function resolve(schema: TypeSchema, before: Maybe, after: Maybe): TypeSchema {
  if (schema.type !== 'any') return schema;
  const sides = [before, after].filter((side) => side !== undefined);
  return sides.every(isObject) ? schema : { type: 'any', atomic: true };
}

function itemsByElement(schema: ListSchema, list: Maybe): Map<PathElement, JsonValue[]> {
  const items = new Map<PathElement, JsonValue[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = itemElement(schema, item);
    if (element instanceof Error) continue;
    const known = items.get(element);
    if (known === undefined) items.set(element, [item]);
    else known.push(item);
  }
  return items;
}
