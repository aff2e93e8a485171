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
    if (Array.isArray(list)) merged[name] = ordered(list, order, fieldOf(schema, name).mergeKey);
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
  const list = Array.isArray(before) ? before : [];
  const result =
    field.mergeKey === '' ? mergeSet(list, change) : mergeItems(field, field.mergeKey, list, change);
  merged[key] = order === undefined ? result : ordered(result, order, field.mergeKey);
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
  const isReplace = patch.some((item) => isObject(item) && item[directive] === 'replace');
  if (isReplace) {
    return patch.filter((item) => !(isObject(item) && item[directive] === 'replace')).map(cleaned);
  }
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

/** Items that the order names come in its order; others keep their place behind what they stood behind. */
function ordered(
  list: readonly JsonValue[],
  order: readonly JsonValue[],
  mergeKey: string | undefined,
): JsonValue[] {
  const keyed = mergeKey !== undefined && mergeKey !== '';
  const rankOf = (item: JsonValue): number =>
    order.findIndex((each) =>
      keyed
        ? isObject(item) && isObject(each) && sameJson(item[mergeKey], each[mergeKey])
        : sameJson(item, each),
    );
  const named = list.filter((item) => rankOf(item) >= 0).sort((a, b) => rankOf(a) - rankOf(b));
  const result: JsonValue[] = [];
  for (const item of list) {
    const next = rankOf(item) >= 0 ? named.shift() : item;
    if (next !== undefined) result.push(next);
  }
  return result;
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
