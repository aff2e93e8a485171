import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import { checksumAnnotation, markLabel } from '../manifests/mark.ts';
import type { LiveObject } from './cluster.ts';
import { type ObjectMetadata, otherManager } from './object-metadata.ts';
import { isAppliedByClient } from './take-over.ts';

/** What is kept of one object; ten thousand of them must stay small. */
export interface LiveEntry {
  readonly ref: ObjectRef;
  readonly id: ResourceId;
  readonly uid: string;
  readonly resourceVersion: string;
  /** -1 for kinds that have none. */
  readonly generation: number;
  readonly mark: string | undefined;
  readonly checksum: string | undefined;
  readonly ignore: string | undefined;
  readonly owned: boolean;
  /** It is being deleted, and only waits for its finalizers. */
  readonly ending: boolean;
  /** Of the fields that we own; empty when there are none. */
  readonly hash: string;
  readonly otherManager: string | undefined;
  /** A client-side apply owns fields that are to be ours. */
  readonly toTakeOver: boolean;
}

/** One string for all that are equal: managers, hashes of like objects, namespaces. */
export interface StringPool {
  intern(text: string): string;
  /** Of a text that others most likely have, too. */
  hash(text: string): string;
}

/** @param fields - ours, as text */
export function toEntry(ref: ObjectRef, object: ObjectMetadata, fields: string, pool: StringPool): LiveEntry {
  const { metadata } = object;
  const other = otherManager(object);
  return {
    ref,
    id: resourceId(ref.namespace, ref.kind, ref.name),
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation ?? -1,
    mark: metadata.labels?.[markLabel],
    checksum: metadata.annotations?.[checksumAnnotation],
    ignore: ignoreOf(object),
    owned: (metadata.ownerReferences?.length ?? 0) > 0 || copiesLabels(ref),
    ending: metadata.deletionTimestamp !== undefined,
    hash: pool.hash(fields),
    otherManager: other === undefined ? undefined : pool.intern(other),
    toTakeOver: isAppliedByClient(object),
  };
}

/** Kept are objects with a mark, and those that say to be left alone; everything else is others'. */
export function concernsUs(object: ObjectMetadata): boolean {
  return object.metadata.labels?.[markLabel] !== undefined || ignoreOf(object) !== undefined;
}

/** Under either prefix. */
export function ignoreOf({ metadata: { annotations } }: ObjectMetadata): string | undefined {
  return annotations?.['fluxcd.io/ignore'] ?? annotations?.['flux.weave.works/ignore'];
}

/** A Service's labels are copied to these, our mark among them. */
function copiesLabels({ kind }: ObjectRef): boolean {
  return kind === 'Endpoints' || kind === 'EndpointSlice';
}

/** @param expectedHash - of our fields after our last apply; undefined when that is not known */
export function toLiveObject(entry: LiveEntry, expectedHash: string | undefined): LiveObject {
  const { ref, id, uid, resourceVersion, mark, checksum, ignore, owned, otherManager } = entry;
  const fields =
    expectedHash === undefined ? 'unknown' : expectedHash === entry.hash ? 'as-applied' : 'changed';
  return { ref, id, uid, resourceVersion, mark, checksum, ignore, owned, fields, otherManager };
}

/** Whether there is something for the next pass in a change; a status that moved is not. */
export function matters(before: LiveEntry, after: LiveEntry, expectedHash: string | undefined): boolean {
  if (before.uid !== after.uid || before.mark !== after.mark || before.ignore !== after.ignore) return true;
  if (before.checksum !== after.checksum) return true;
  return before.hash !== after.hash && after.hash !== expectedHash;
}

/** resourceVersions are numbers on every API server there is; where not, the newest told is taken. */
export function isOlder(version: string, than: string): boolean {
  return version.length === than.length ? version < than : version.length < than.length;
}
