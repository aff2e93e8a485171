import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';

/**
 * Fields as `metadata.managedFields` writes them (`FieldsV1`): `f:name` is a member of an object,
 * `k:{…}` an item of a list known by its keys, `v:…` an item of a set, `.` the thing itself; a leaf is
 * an empty object.
 */
export interface FieldsV1 {
  readonly [path: string]: FieldsV1;
}

/** All fields of both. */
export function unionFields(a: FieldsV1, b: FieldsV1): FieldsV1 {
  const union: Record<string, FieldsV1> = { ...a };
  for (const [path, fields] of Object.entries(b)) {
    const own = union[path];
    union[path] = own ? unionFields(own, fields) : fields;
  }
  return union;
}

/** Those of the fields that an object has, too. */
export function restrictFields(fields: FieldsV1, object: JsonValue): FieldsV1 {
  const kept: Record<string, FieldsV1> = {};
  for (const [path, below] of Object.entries(fields)) {
    const value = path === '.' ? object : valueAt(object, path);
    if (value === undefined) continue;
    kept[path] = isLeaf(below) ? below : restrictFields(below, value);
  }
  return kept;
}

/**
 * Whether all that an object says lies in the fields. What identifies the object, and the status, is
 * in no field set, and not looked for.
 */
export function coversObject(fields: FieldsV1, object: JsonObject): boolean {
  for (const [key, value] of Object.entries(object)) {
    if (key === 'apiVersion' || key === 'kind' || key === 'status') continue;
    const below = fields[`f:${key}`];
    const wanted = key === 'metadata' ? withoutIdentity(value) : value;
    if (isEmptyObject(wanted) && key === 'metadata') continue;
    if (!isCovered(below, wanted)) return false;
  }
  return true;
}

/** An empty list of things that have keys is nothing to own. */
function isCovered(fields: FieldsV1 | undefined, value: JsonValue): boolean {
  if (fields === undefined) return Array.isArray(value) && value.length === 0;
  return covers(fields, value);
}

function withoutIdentity(metadata: JsonValue): JsonValue {
  if (!isObject(metadata)) return metadata;
  const rest: JsonObject = {};
  for (const [key, value] of Object.entries(metadata)) {
    if (!identity.has(key)) rest[key] = value;
  }
  return rest;
}

/** Members of `metadata` that nobody owns. */
const identity = new Set([
  ...['name', 'namespace', 'generateName', 'uid', 'resourceVersion', 'generation', 'selfLink'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields'],
]);

function covers(fields: FieldsV1, value: JsonValue): boolean {
  if (isLeaf(fields)) return true;
  if (Array.isArray(value)) return value.every((item) => coversItem(fields, item));
  if (!isObject(value)) return true;
  return Object.entries(value).every(([key, below]) => isCovered(fields[`f:${key}`], below));
}

function coversItem(fields: FieldsV1, item: JsonValue): boolean {
  if (!isObject(item)) return fields[`v:${JSON.stringify(item)}`] !== undefined;
  return keyedItems(fields).some(({ keys, below }) => hasKeys(item, keys) && covers(below, item));
}

/** An item of a list that is known by its keys. */
interface KeyedItem {
  readonly keys: Keys;
  readonly below: FieldsV1;
}

/** Members of an item by which it is known, with their values. */
type Keys = readonly (readonly [key: string, value: JsonValue])[];

/** Like objects share their fields, so that their keys are read once. */
const keyedItemsKnown = new WeakMap<FieldsV1, readonly KeyedItem[]>();

function keyedItems(fields: FieldsV1): readonly KeyedItem[] {
  const known = keyedItemsKnown.get(fields);
  if (known) return known;
  const items = Object.entries(fields)
    .filter(([path]) => path.startsWith('k:'))
    .map(([path, below]) => ({ keys: keysOf(path), below }));
  keyedItemsKnown.set(fields, items);
  return items;
}

/** Whether an item has the keys of `k:{…}`; one that it leaves out may have come from a default. */
function hasKeys(item: JsonObject, keys: Keys): boolean {
  return keys.every(([key, value]) => {
    const own = item[key];
    if (own === undefined || own === null || own === value) return true;
    return typeof own === 'object' && JSON.stringify(own) === JSON.stringify(value);
  });
}

function valueAt(object: JsonValue, path: string): JsonValue | undefined {
  if (path.startsWith('f:')) {
    const key = path.slice(2);
    return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
  }
  if (!Array.isArray(object)) return undefined;
  if (path.startsWith('k:')) return object.find((item) => isObject(item) && hasKeys(item, keysOf(path)));
  if (path.startsWith('v:')) {
    const wanted = path.slice(2);
    return object.find((item) => JSON.stringify(item) === wanted);
  }
  const index = path.startsWith('i:') ? Number(path.slice(2)) : Number.NaN;
  return object[index];
}

/** Of `k:{…}`. */
function keysOf(path: string): Keys {
  return Object.entries(JSON.parse(path.slice(2)) as JsonObject);
}

function isLeaf(fields: FieldsV1): boolean {
  for (const path in fields) if (path !== '.') return false;
  return true;
}

function isEmptyObject(value: JsonValue): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
