import type { JsonObject, ObjectRef } from '@fluxctl/shared/kube-object';
import { PairMap } from '@fluxctl/shared/pair-map';
import type { LiveObject } from './cluster.ts';
import { coversObject, type FieldsV1 } from './field-set.ts';
import {
  concernsUs,
  isOlder,
  type LiveEntry,
  matters,
  type StringPool,
  toEntry,
  toLiveObject,
} from './live-entry.ts';
import { fieldsText, hashOfFields, type ObjectMetadata } from './object-metadata.ts';
import type { ReflectorSink } from './reflector.ts';
import { groupOf, kindName, type ServedKind } from './served-kinds.ts';
import { lastAppliedAnnotation } from './take-over.ts';

/** What tells apart objects of one kind. */
type Named = Pick<ObjectRef, 'namespace' | 'name'>;

/** A write of ours that is under way; ends when disposed of. */
export interface Writing extends Disposable {
  /** What the object was before, if it concerned us. */
  readonly before: LiveEntry | undefined;
  /** It was applied, and this is what came of it. */
  applied(object: ObjectMetadata): void;
}

/** What is known of one object; its entry comes and goes. */
interface LiveRecord {
  entry: LiveEntry | undefined;
  /** Hash of our fields after our last apply. */
  expected: string | undefined;
  /** Our fields, until it is known whether they are those of our last apply. */
  fields: string | undefined;
  /** Writes of ours under way. */
  writing: number;
  /** Something was told of the object while we wrote it. */
  moved: boolean;
}

/** What the watches have told of the objects that concern us. */
export interface LiveTable {
  get(ref: ObjectRef): LiveObject | undefined;
  entry(ref: ObjectRef): LiveEntry | undefined;
  marked(): Iterable<LiveObject>;
  confirm(ref: ObjectRef, wanted: JsonObject): 'as-applied' | 'changed';
  /** Until it is disposed of, changes of the object are taken for our own. */
  write(ref: ObjectRef): Writing;
  /** We deleted it; it is there until the watch tells that it is gone. */
  deleted(ref: ObjectRef): void;
  /** Takes in what is told of a kind: in all namespaces, or in one. */
  sinkFor(served: ServedKind, namespace: string | undefined): ReflectorSink;
  /** Nothing is told of the kind any more. */
  forget(kind: string): void;
  onChange(listener: (ref: ObjectRef) => void): void;
}

/**
 * @param isFollowed - whether all objects of a kind are told; of one that is not, what we once wrote
 *   says nothing about what is there now
 */
export function createLiveTable(isFollowed: (kind: string) => boolean): LiveTable {
  /** By kind, whatever its version, then by namespace and name. */
  const kinds = new Map<string, PairMap<LiveRecord>>();
  const kindOf = createKindNames();
  const listeners: ((ref: ObjectRef) => void)[] = [];
  const pool = createStringPool();
  const readFields = createFieldsReader();

  const recordsOf = (kind: string): PairMap<LiveRecord> => {
    const known = kinds.get(kind);
    if (known) return known;
    const records = new PairMap<LiveRecord>();
    kinds.set(kind, records);
    return records;
  };
  const find = (kind: string, { namespace = '', name }: Named): LiveRecord | undefined =>
    kinds.get(kind)?.get(namespace, name);
  const record = (ref: ObjectRef): LiveRecord | undefined => find(kindOf(ref), ref);
  const recordFor = (ref: ObjectRef): LiveRecord => {
    const known = record(ref);
    if (known) return known;
    const made = { entry: undefined, expected: undefined, fields: undefined, writing: 0, moved: false };
    recordsOf(kindOf(ref)).set(ref.namespace ?? '', ref.name, made);
    return made;
  };

  const tell = (ref: ObjectRef): void => {
    for (const listener of listeners) listener(ref);
  };
  const put = (known: LiveRecord, object: ObjectMetadata, ref: ObjectRef): void => {
    const before = known.entry;
    const fields = fieldsText(object);
    const entry = toEntry(before?.ref ?? ref, object, fields, pool);
    known.entry = entry;
    known.fields = known.expected === undefined ? pool.intern(fields) : undefined;
    if (known.writing > 0) known.moved = true;
    else if (!before || matters(before, entry, known.expected)) tell(entry.ref);
  };
  const drop = (kind: string, { namespace = '', name }: Named): void => {
    const known = find(kind, { namespace, name });
    const ref = known?.entry?.ref;
    if (!known || !ref) return;
    if (known.writing > 0) {
      known.entry = undefined;
      known.moved = true;
    } else {
      kinds.get(kind)?.delete(namespace, name);
      tell(ref);
    }
  };

  return {
    get(ref) {
      const known = record(ref);
      return known?.entry && toLiveObject(known.entry, known.expected);
    },
    entry: (ref) => record(ref)?.entry,
    *marked() {
      for (const records of kinds.values()) {
        for (const { entry, expected } of records.values()) {
          if (entry?.mark !== undefined && !entry.ending) yield toLiveObject(entry, expected);
        }
      }
    },
    confirm(ref, wanted) {
      const known = record(ref);
      if (!known?.entry || known.entry.toTakeOver) return 'changed';
      if (known.expected !== undefined) return known.expected === known.entry.hash ? 'as-applied' : 'changed';
      const fields = readFields(known.fields ?? '');
      if (!coversObject(fields, wanted) || isHalfTakenOver(fields, wanted)) return 'changed';
      known.expected = known.entry.hash;
      known.fields = undefined;
      return 'as-applied';
    },
    write(ref) {
      const known = recordFor(ref);
      known.writing += 1;
      let applied: LiveEntry | undefined;
      return {
        before: known.entry,
        applied(object) {
          applied = toEntry(ref, object, fieldsText(object), pool);
          known.expected = applied.hash;
          known.fields = undefined;
          const isNewest = !known.entry || !isOlder(applied.resourceVersion, known.entry.resourceVersion);
          if (isNewest && isFollowed(kindOf(ref))) known.entry = applied;
        },
        [Symbol.dispose]() {
          known.writing -= 1;
          if (known.writing > 0) return;
          const { moved, entry, expected } = known;
          known.moved = false;
          if (!entry && expected === undefined) kinds.get(kindOf(ref))?.delete(ref.namespace ?? '', ref.name);
          if (moved && (!entry || !applied || matters(applied, entry, expected))) tell(ref);
        },
      };
    },
    deleted(ref) {
      const known = record(ref);
      if (known?.entry) known.entry = { ...known.entry, ending: true };
    },
    sinkFor(served, only) {
      const kind = kindName(served);
      let seen: Set<LiveRecord> | undefined;
      return {
        relist() {
          seen = new Set();
        },
        upsert(object) {
          const told = object as unknown as ObjectMetadata;
          const ref = refOf(served, told, pool);
          const known = find(kind, ref);
          if (known?.entry && isOlder(told.metadata.resourceVersion, known.entry.resourceVersion)) {
            seen?.add(known);
          } else if (concernsUs(told)) {
            const record = recordFor(ref);
            seen?.add(record);
            put(record, told, ref);
          } else if (known?.entry) {
            // The mark was taken away: to us the object is as good as gone.
            drop(kind, ref);
          }
        },
        remove(object) {
          const { metadata } = object as unknown as ObjectMetadata;
          // Applied again since: the deletion that is told is of an object before.
          if (find(kind, metadata)?.entry?.uid === metadata.uid) drop(kind, metadata);
        },
        listed(resourceVersion) {
          for (const record of recordsOf(kind).values()) {
            const { entry } = record;
            if (!entry || seen?.has(record) || (only !== undefined && entry.ref.namespace !== only)) continue;
            // Applied since the list was taken.
            if (isOlder(resourceVersion, entry.resourceVersion)) continue;
            drop(kind, entry.ref);
          }
          seen = undefined;
        },
      };
    },
    forget: (kind) => void kinds.delete(kind),
    onChange: (listener) => void listeners.push(listener),
  };
}

/** The daemon ended between taking fields over and the apply that drops those which git has not. */
function isHalfTakenOver(fields: FieldsV1, { metadata }: JsonObject): boolean {
  const name = lastAppliedAnnotation;
  const own = fields['f:metadata']?.['f:annotations']?.[`f:${name}`] !== undefined;
  const wanted = (metadata as { annotations?: Record<string, string> } | undefined)?.annotations?.[name];
  return own && wanted === undefined;
}

/** Names kinds, whatever their version; each name is made once. */
function createKindNames(): (ref: ObjectRef) => string {
  const names = new PairMap<string>();
  return ({ apiVersion, kind }) => {
    const known = names.get(apiVersion, kind);
    if (known !== undefined) return known;
    const name = kindName({ group: groupOf(apiVersion), kind });
    names.set(apiVersion, kind, name);
    return name;
  };
}

function refOf({ apiVersion, kind }: ServedKind, { metadata }: ObjectMetadata, pool: StringPool): ObjectRef {
  const { name, namespace } = metadata;
  return namespace === undefined
    ? { apiVersion, kind, name }
    : { apiVersion, kind, namespace: pool.intern(namespace), name };
}

/** Strings that are in use live on when the pool starts anew. */
const pooledAtMost = 4_096;

function createStringPool(): StringPool {
  const texts = createMemo((text) => text, pooledAtMost);
  return { intern: texts, hash: createMemo(hashOfFields, pooledAtMost) };
}

/** Fields that were read lately: many objects in a row have the same. */
const readAtMost = 64;

function createFieldsReader(): (text: string) => FieldsV1 {
  return createMemo((text) => JSON.parse(text || '{}') as FieldsV1, readAtMost);
}

/** Remembers what came of texts; when there are too many it starts anew. */
function createMemo<T>(make: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const made = make(text);
    known.set(text, made);
    return made;
  };
}
