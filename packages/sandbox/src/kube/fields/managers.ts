import type { KubeObject, ManagedFieldsEntry } from '../kube-object.ts';
import { FieldSet } from './field-set.ts';

/** What one manager owns. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  /** The version that `fields` are written in. */
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** By identity; see {@link managerKey}. */
export type Managers = ReadonlyMap<string, Manager>;

/** An applier is one manager whatever version it applies; an updater is another one for each version. */
export function managerKey(manager: Omit<Manager, 'fields' | 'time'>): string {
  const version = manager.operation === 'Apply' ? '' : manager.apiVersion;
  return JSON.stringify([manager.name, manager.operation, version, manager.subresource]);
}

function decodeEntry(entry: ManagedFieldsEntry): Manager | undefined {
  const { operation } = entry;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  return {
    name: entry.manager ?? '',
    operation,
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    fields: FieldSet.decode(entry.fieldsV1 ?? {}),
  };
}

/** Entries that cannot be read make all of them void, as on a real server. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[]): Managers {
  const managers = new Map<string, Manager>();
  for (const entry of entries) {
    const manager = decodeEntry(entry);
    if (manager === undefined) return new Map();
    managers.set(managerKey(manager), manager);
  }
  return managers;
}

function encodeEntry({
  name,
  operation,
  apiVersion,
  subresource,
  time,
  fields,
}: Manager): ManagedFieldsEntry {
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields.encode(),
    ...(subresource !== '' && { subresource }),
  };
}

/** Appliers first, then by time, name, version and subresource. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const sortKey = (manager: Manager): readonly string[] => [
    manager.operation,
    manager.time ?? '',
    manager.name,
    manager.apiVersion,
    manager.subresource,
  ];
  return [...managers.values()]
    .sort((a, b) => {
      const [left, right] = [sortKey(a), sortKey(b)];
      const at = left.findIndex((part, index) => part !== right[index]);
      if (at < 0) return 0;
      return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1;
    })
    .map(encodeEntry);
}

export function withoutManagedFields(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export function withManagers(object: KubeObject, managers: Managers): KubeObject {
  const managedFields = encodeManagers(managers);
  const bare = withoutManagedFields(object);
  if (managedFields.length === 0) return bare;
  return { ...bare, metadata: { ...bare.metadata, managedFields } };
}

/** More updaters than this are folded into one for each version, the oldest first. */
const updaterLimit = 10;

/** Keeps the list short as a real server does: old updaters become `ancient-changes`. */
export function capManagers(managers: Managers): Managers {
  const updaters = [...managers]
    .filter(([, { operation }]) => operation === 'Update')
    .sort(([, a], [, b]) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1));
  const capped = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let excess = updaters.length - updaterLimit;
  for (const [key, manager] of updaters) {
    if (excess <= 0) break;
    const { apiVersion, time } = manager;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, key);
      continue;
    }
    const bucket: Manager = { ...manager, name: 'ancient-changes', subresource: '' };
    const bucketKey = managerKey(bucket);
    const known = capped.get(bucketKey) ?? capped.get(first);
    capped.delete(first);
    capped.delete(key);
    const fields = known === undefined ? manager.fields : known.fields.union(manager.fields);
    capped.set(bucketKey, { ...bucket, time, fields });
    firstOfVersion.set(apiVersion, bucketKey);
    excess--;
  }
  return capped;
}
