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
  const { members } = ownedBy(fields);
  for (const key in object) {
    if (key === 'apiVersion' || key === 'kind' || key === 'status') continue;
    const below = members.get(key);
    const value = object[key] ?? null;
    const isMetadata = key === 'metadata' && isObject(value);
    if (!(isMetadata ? coversMetadata(below, value) : isCovered(below, value))) return false;
  }
  return true;
}

function coversMetadata(owned: Owned | undefined, metadata: JsonObject): boolean {
  for (const key in metadata) {
    if (identity.has(key)) continue;
    if (owned?.isLeaf) return true;
    if (!owned || !isCovered(owned.members.get(key), metadata[key] ?? null)) return false;
  }
  return true;
}

/** An empty list of things that have keys is nothing to own. */
function isCovered(owned: Owned | undefined, value: JsonValue): boolean {
  if (owned === undefined) return Array.isArray(value) && value.length === 0;
  return covers(owned, value);
}

/** Members of `metadata` that nobody owns. */
const identity = new Set([
  ...['name', 'namespace', 'generateName', 'uid', 'resourceVersion', 'generation', 'selfLink'],
  ...['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields'],
]);

function covers(owned: Owned, value: JsonValue): boolean {
  if (owned.isLeaf) return true;
  if (Array.isArray(value)) return value.every((item) => coversItem(owned, item));
  if (!isObject(value)) return true;
  for (const key in value) if (!isCovered(owned.members.get(key), value[key] ?? null)) return false;
  return true;
}

function coversItem({ items, values }: Owned, item: JsonValue): boolean {
  if (!isObject(item)) return values.has(JSON.stringify(item));
  return items.some(({ keys, below }) => hasKeys(item, keys) && covers(below, item));
}

/** Fields sorted by what they are, so that they are found without making texts of their paths. */
interface Owned {
  readonly isLeaf: boolean;
  /** Of `f:name`, by name. */
  readonly members: ReadonlyMap<string, Owned>;
  /** Of `k:{…}`. */
  readonly items: readonly KeyedItem[];
  /** Of `v:…`, as JSON. */
  readonly values: ReadonlySet<string>;
}

/** An item of a list that is known by its keys. */
interface KeyedItem {
  readonly keys: Keys;
  readonly below: Owned;
}

/** Members of an item by which it is known, with their values. */
type Keys = readonly (readonly [key: string, value: JsonValue])[];

/** Like objects share their fields, which are sorted once. */
const sorted = new WeakMap<FieldsV1, Owned>();

function ownedBy(fields: FieldsV1): Owned {
  const known = sorted.get(fields);
  if (known) return known;
  const members = new Map<string, Owned>();
  const items: KeyedItem[] = [];
  const values = new Set<string>();
  for (const [path, below] of Object.entries(fields)) {
    if (path.startsWith('f:')) members.set(path.slice(2), ownedBy(below));
    else if (path.startsWith('k:')) items.push({ keys: keysOf(path), below: ownedBy(below) });
    else if (path.startsWith('v:')) values.add(path.slice(2));
  }
  const owned = { isLeaf: isLeaf(fields), members, items, values };
  sorted.set(fields, owned);
  return owned;
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

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}
