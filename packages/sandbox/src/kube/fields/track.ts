import { type KubeObject, sameJson, timestamp } from '../kube-object.ts';
import type { Kind } from '../registry/kind.ts';
import type { World } from '../resources/context.ts';
import { emptyValue } from '../schema/empty-value.ts';
import {
  capManagers,
  decodeManagers,
  type Managers,
  withManagers,
  withoutManagedFields,
} from './managers.ts';
import { recordUpdate } from './ownership.ts';

/** What is there before an object is: for built-in kinds the empty Go struct. */
export function emptyObject(kind: Kind): KubeObject {
  const empty = kind.custom === undefined ? emptyValue(kind.schema) : {};
  return { ...empty, apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: '' } };
}

/** Books the fields of a new object to whoever creates it. */
export function trackCreate(world: World, kind: Kind, object: KubeObject, manager: string): KubeObject {
  const sent = decodeManagers(object.metadata.managedFields ?? []);
  const change = { kind, subresource: undefined, before: emptyObject(kind), after: object };
  const writer = {
    name: manager,
    apiVersion: kind.apiVersion,
    subresource: undefined,
    time: timestamp(world.now()),
  };
  return withManagers(object, recordUpdate(world, change, sent, writer));
}

/**
 * Who owned what before a write. Who writes an object may rewrite the list (that is how entries are
 * migrated); one empty entry clears it, none leaves it alone.
 */
function managersBefore(live: KubeObject, next: KubeObject, subresource: string | undefined): Managers {
  const sent = next.metadata.managedFields ?? [];
  if (subresource === undefined) {
    const [only] = sent;
    if (sent.length === 1 && only !== undefined && Object.keys(only).length === 0) return new Map();
    const decoded = decodeManagers(sent);
    if (decoded.size > 0) return decoded;
  }
  return decodeManagers(live.metadata.managedFields ?? []);
}

/**
 * Books what an ordinary write changed. Objects that are not tracked stay so until somebody applies them.
 * @param withoutTime - the scale subresource leaves no time
 */
export function trackUpdate(
  world: World,
  kind: Kind,
  subresource: string | undefined,
  live: KubeObject,
  next: KubeObject,
  manager: string,
  { withoutTime = false } = {},
): KubeObject {
  const managers = managersBefore(live, next, subresource);
  if (managers.size === 0) return withoutManagedFields(next);
  const change = { kind, subresource, before: live, after: next };
  const time = withoutTime ? undefined : timestamp(world.now());
  const writer = { name: manager, apiVersion: kind.apiVersion, subresource, time };
  return withManagers(next, capManagers(recordUpdate(world, change, managers, writer)));
}

/** Equal, or different only in the times of managedFields: then there is nothing to write. */
export function sameButForTimes(before: KubeObject, after: KubeObject): boolean {
  return sameJson(withoutTimes(before), withoutTimes(after));
}

function withoutTimes(object: KubeObject): KubeObject {
  const { managedFields } = object.metadata;
  if (managedFields === undefined) return object;
  const timeless = managedFields.map(({ time: _, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields: timeless } };
}
