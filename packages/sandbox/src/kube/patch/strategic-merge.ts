import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import { badRequest } from '../api-error.ts';
import { isObject, sameJson } from '../kube-object.ts';
import { type Field, type MapSchema, rawSchema, type TypeSchema } from '../schema/type-schema.ts';

const directive = '$patch';
const retainKeys = '$retainKeys';
const deleteFromList = '$deleteFromPrimitiveList/';
const setOrder = '$setElementOrder/';

const noField: Field = {
  schema: rawSchema,
  required: false,
  default: undefined,
  always: false,
  mergeKey: undefined,
  retainKeys: false,
  omitsZero: false,
};

function fieldOf(schema: TypeSchema, name: string): Field {
  if (schema.type !== 'map') return noField;
  const field = schema.fields.get(name);
  if (field !== undefined) return field;
  return schema.values === undefined ? noField : { ...noField, schema: schema.values };
}

/**
 * Applies a strategic merge patch: as a merge patch, but lists with a merge key are merged item by item.
 * Neither argument is changed.
 * @throws {ApiError} 400
 */
export function strategicMerge(schema: MapSchema, target: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap(schema, target, patch) ?? {};
}

/** @returns undefined when the patch deletes the whole map */
function mergeMap(schema: TypeSchema, target: JsonObject, patch: JsonObject): JsonObject | undefined {
  const how = patch[directive];
  if (how === 'delete') return undefined;
  if (how === 'replace') return cleaned(patch) as JsonObject;
  if (how !== undefined && how !== 'merge') {
    throw badRequest(`Unknown patch type found: ${String(how)}`);
  }
  const merged: JsonObject = retained(target, patch[retainKeys]);
  for (const [key, change] of Object.entries(patch)) {
    if (key === directive || key === retainKeys || key.startsWith(setOrder)) continue;
    if (key.startsWith(deleteFromList)) {
      const name = key.slice(deleteFromList.length);
      merged[name] = withoutItems(merged[name], change);
      continue;
    }
    const field = fieldOf(schema, key);
    const order = patch[`${setOrder}${key}`];
    mergeField(merged, key, change, field, Array.isArray(order) ? order : undefined);
  }
  // An order may come for a list of which nothing else changes.
  for (const [key, order] of Object.entries(patch)) {
    const name = key.startsWith(setOrder) ? key.slice(setOrder.length) : undefined;
    if (name === undefined || Object.hasOwn(patch, name) || !Array.isArray(order)) continue;
    const list = merged[name];
    if (Array.isArray(list)) merged[name] = arranged(list, list, order, fieldOf(schema, name).mergeKey ?? '');
  }
  return merged;
}

function retained(target: JsonObject, keys: JsonValue | undefined): JsonObject {
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([key]) => keys.includes(key)));
}

function mergeField(
  merged: JsonObject,
  key: string,
  change: JsonValue,
  field: Field,
  order: readonly JsonValue[] | undefined,
): void {
  if (change === null) {
    delete merged[key];
    return;
  }
  const before = merged[key];
  if (isObject(change)) {
    const result = mergeMap(field.schema, isObject(before) ? before : {}, change);
    if (result === undefined) delete merged[key];
    else merged[key] = result;
    return;
  }
  if (!Array.isArray(change) || field.mergeKey === undefined) {
    merged[key] = cleaned(change);
    return;
  }
  const isDeletion = (item: JsonValue): boolean => isObject(item) && item[directive] === 'delete';
  if (!Array.isArray(before)) {
    // Nothing is there to be merged with, so not even the patch's own items are merged.
    merged[key] = change.filter((item) => !isDeletion(item)).map(cleaned);
    return;
  }
  const list = before;
  if (change.some((item) => isObject(item) && item[directive] === 'replace')) {
    merged[key] = change.filter((item) => !(isObject(item) && item[directive] !== undefined)).map(cleaned);
    return;
  }
  const result =
    field.mergeKey === '' ? mergeSet(list, change) : mergeItems(field, field.mergeKey, list, change);
  merged[key] = arranged(result, list, order ?? change, field.mergeKey);
}

function mergeSet(list: readonly JsonValue[], patch: readonly JsonValue[]): JsonValue[] {
  const merged = [...list];
  for (const item of patch) if (!merged.some((known) => sameJson(known, item))) merged.push(item);
  return merged;
}

function withoutItems(list: JsonValue | undefined, gone: JsonValue): JsonValue {
  const items = Array.isArray(list) ? list : [];
  return items.filter((item) => !(Array.isArray(gone) && gone.some((each) => sameJson(each, item))));
}

function keyOf(item: JsonValue, mergeKey: string, where: string): JsonValue {
  const key = isObject(item) ? item[mergeKey] : undefined;
  if (key === undefined) {
    throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}${where}`);
  }
  return key;
}

function mergeItems(
  { schema }: Field,
  mergeKey: string,
  list: readonly JsonValue[],
  patch: readonly JsonValue[],
): JsonValue[] {
  const items = schema.type === 'list' ? schema.items : rawSchema;
  const merged = [...list];
  for (const change of patch) {
    const key = keyOf(change, mergeKey, '');
    const at = merged.findIndex((item) => isObject(item) && sameJson(item[mergeKey], key));
    const before = merged[at];
    const result = mergeMap(items, isObject(before) ? before : {}, isObject(change) ? change : {});
    if (result === undefined) {
      if (at >= 0) merged.splice(at, 1);
    } else if (at >= 0) merged[at] = result;
    else merged.push(result);
  }
  return merged;
}

/** Where an item stands in a list, by its merge key where the list has one. */
function indexIn(list: readonly JsonValue[], item: JsonValue, mergeKey: string): number {
  if (mergeKey === '') return list.findIndex((each) => sameJson(each, item));
  const key = isObject(item) ? item[mergeKey] : undefined;
  return list.findIndex((each) => isObject(each) && sameJson(each[mergeKey], key));
}

/**
 * The order of a merged list: what the patch speaks of in the patch's order, the rest in the order it
 * had; of the two the patch's come first, unless the other one stood in front of it before.
 */
function arranged(
  merged: readonly JsonValue[],
  before: readonly JsonValue[],
  order: readonly JsonValue[],
  mergeKey: string,
): JsonValue[] {
  const spoken = merged
    .filter((item) => indexIn(order, item, mergeKey) >= 0)
    .sort((a, b) => indexIn(order, a, mergeKey) - indexIn(order, b, mergeKey));
  // Items of one key come to stand together: their place is that of the first.
  const rest = merged
    .filter((item) => indexIn(order, item, mergeKey) < 0)
    .sort((a, b) => indexIn(before, a, mergeKey) - indexIn(before, b, mergeKey));
  const result: JsonValue[] = [];
  for (;;) {
    const [left, right] = [rest[0], spoken[0]];
    if (left === undefined) return [...result, ...spoken];
    if (right === undefined) return [...result, ...rest];
    const [l, r] = [indexIn(before, left, mergeKey), indexIn(before, right, mergeKey)];
    result.push(l >= 0 && r >= 0 && l < r ? left : right);
    if (result.at(-1) === left) rest.shift();
    else spoken.shift();
  }
}

/** A value without directives, as it is stored. */
function cleaned(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(cleaned);
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    const isDirective =
      key === directive || key === retainKeys || key.startsWith(setOrder) || key.startsWith(deleteFromList);
    if (!isDirective && entry !== null) kept[key] = cleaned(entry);
  }
  return kept;
}
