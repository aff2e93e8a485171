import type { ObjectRef } from '@fluxctl/shared/kube-object';
import { type ResourceId, resourceId } from '@fluxctl/shared/resource/resource-id';
import type { Logger } from '../log/logger.ts';
import { checksumAnnotation, markLabel } from '../manifests/mark.ts';
import { isStatus } from './api-error.ts';
import type { LiveObject, LiveState } from './cluster.ts';
import { type Discovery, objectPath, type ServedKind } from './discovery.ts';
import { coversObject, type FieldsV1 } from './field-set.ts';
import type { KubeClient } from './kube-client.ts';
import { fieldsHash, metadataOnly, type ObjectMetadata, otherManager, ourEntry } from './object-metadata.ts';
import { type ReflectorSink, startReflector } from './reflector.ts';
import { surveyMarked } from './survey.ts';

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
  /** Of the fields that we own; empty when there are none. */
  readonly hash: string;
  readonly otherManager: string | undefined;
  /** Only until it is known whether they are those of our last apply. */
  readonly fields: FieldsV1 | undefined;
}

/** The live state as the cluster room itself uses it. */
export interface LiveStore extends LiveState {
  entry(ref: ObjectRef): LiveEntry | undefined;
  /** We wrote the object, and this is what came of it. */
  applied(ref: ObjectRef, object: ObjectMetadata): void;
  /** We deleted it. */
  deleted(ref: ObjectRef): void;
}

export interface LivePorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly log: Logger;
  readonly random: () => number;
  /** Empty: all. */
  readonly allowedNamespaces: readonly string[];
  /** Whether a kind is never looked at: `--k8s-unsafe-exclude-resource`. */
  readonly isExcluded: (served: ServedKind) => boolean;
  /** Ends the watches. */
  readonly signal: AbortSignal;
}

type Key = string & { readonly brand: 'LiveKey' };

/** The version of the group does not matter: an object is served in each of them. */
function keyOf(group: string, kind: string, namespace: string | undefined, name: string): Key {
  return `${group}/${kind}/${namespace ?? ''}/${name}` as Key;
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

/** Between a change of what is served and the look at what of it is marked. */
const surveyDelayMs = 1_000;

export function createLiveState(ports: LivePorts): LiveStore {
  const entries = new Map<Key, LiveEntry>();
  /** Hash of our fields after our last apply. */
  const expected = new Map<Key, string>();
  const listeners: ((ref: ObjectRef) => void)[] = [];
  /** By group and kind; those with a selector may later be watched whole. */
  const watched = new Map<string, { readonly whole: boolean; readonly ready: Promise<void>; stop(): void }>();
  const warned = new Set<string>();
  let surveyed: Promise<void> | undefined;
  let surveyTimer: NodeJS.Timeout | undefined;
  /** Finds kinds that hold marked objects, and follows those. */
  const survey = (): Promise<void> => {
    const running = surveyMarked(ports).then(async (marked) => {
      await Promise.all(marked.map((served) => start(served, false)));
    });
    surveyed = running;
    running.catch(() => {
      if (surveyed === running) surveyed = undefined;
    });
    return running;
  };
  ports.discovery.onInvalidated(() => {
    if (surveyed === undefined || surveyTimer !== undefined) return;
    // Kinds come in flocks: a new definition is followed by its versions and its conditions.
    surveyTimer = setTimeout(() => {
      surveyTimer = undefined;
      if (!ports.signal.aborted) void survey().catch(() => undefined);
    }, surveyDelayMs);
    surveyTimer.unref();
  });

  const tell = (ref: ObjectRef): void => {
    for (const listener of listeners) listener(ref);
  };
  const refKey = (ref: ObjectRef): Key => keyOf(groupOf(ref.apiVersion), ref.kind, ref.namespace, ref.name);

  const put = (key: Key, entry: LiveEntry): void => {
    const before = entries.get(key);
    entries.set(key, entry);
    if (!before || matters(before, entry, expected.get(key))) tell(entry.ref);
  };
  const drop = (key: Key): void => {
    const before = entries.get(key);
    if (!entries.delete(key)) return;
    expected.delete(key);
    if (before) tell(before.ref);
  };

  /** Follows one list: of a kind, in one namespace or in all. */
  const sinkFor = (served: ServedKind): ReflectorSink => {
    let seen: Set<Key> | undefined;
    const mine = new Set<Key>();
    return {
      relist: () => {
        seen = new Set();
      },
      upsert(object) {
        const metadata = object as unknown as ObjectMetadata;
        const key = keyOf(served.group, served.kind, metadata.metadata.namespace, metadata.metadata.name);
        if (!concernsUs(metadata)) {
          // The mark was taken away: to us the object is as good as gone.
          if (mine.delete(key)) drop(key);
          return;
        }
        seen?.add(key);
        mine.add(key);
        const known = entries.get(key);
        if (known && isOlder(metadata.metadata.resourceVersion, known.resourceVersion)) return;
        put(key, toEntry(served, metadata, !expected.has(key)));
      },
      remove(object) {
        const { metadata } = object as unknown as ObjectMetadata;
        const key = keyOf(served.group, served.kind, metadata.namespace, metadata.name);
        mine.delete(key);
        // Applied again since: the deletion that is told is of an object before.
        const known = entries.get(key);
        if (known && known.uid === metadata.uid) drop(key);
      },
      listed() {
        for (const key of mine) {
          if (seen?.has(key)) continue;
          mine.delete(key);
          drop(key);
        }
        seen = undefined;
      },
    };
  };

  const start = (served: ServedKind, whole: boolean): Promise<void> => {
    const name = `${served.group}/${served.kind}`;
    const known = watched.get(name);
    if (known && (known.whole || !whole)) return known.ready;
    known?.stop();
    const stopper = new AbortController();
    const signal = AbortSignal.any([ports.signal, stopper.signal]);
    const namespaces =
      served.namespaced && ports.allowedNamespaces.length > 0 ? ports.allowedNamespaces : [undefined];
    const reflectors = namespaces.map((namespace) =>
      startReflector(
        {
          client: ports.client,
          path: objectPath(served, namespace),
          ...(whole ? {} : { labelSelector: markLabel }),
          accept: metadataOnly.list,
          sink: sinkFor(served),
          random: ports.random,
          onFailure: (error) => {
            if (!isStatus(error, 403) || warned.has(name)) return;
            warned.add(name);
            ports.log.log({ warning: 'not allowed to list resources', err: error.message });
          },
        },
        signal,
      ),
    );
    const ready = Promise.all(reflectors.map((reflector) => reflector.ready)).then(() => undefined);
    watched.set(name, { whole, ready, stop: () => stopper.abort() });
    return ready;
  };

  const live: LiveStore = {
    async follow(kinds, signal) {
      const found = await Promise.all(
        kinds.map(({ apiVersion, kind }) => ports.discovery.find(apiVersion, kind, signal)),
      );
      const wanted = found.filter(
        (served) => served !== undefined && !ports.isExcluded(served) && isWatchable(served),
      );
      await orAborted(
        Promise.all([surveyed ?? survey(), ...wanted.map((served) => start(served as ServedKind, true))]),
        signal,
      );
    },
    get(ref) {
      const key = refKey(ref);
      const entry = entries.get(key);
      return entry && toLiveObject(entry, expected.get(key));
    },
    *marked() {
      for (const [key, entry] of entries) {
        if (entry.mark !== undefined) yield toLiveObject(entry, expected.get(key));
      }
    },
    confirm(ref, wanted) {
      const key = refKey(ref);
      const entry = entries.get(key);
      if (!entry?.fields) return entry && expected.get(key) === entry.hash ? 'as-applied' : 'changed';
      if (!coversObject(entry.fields, wanted)) return 'changed';
      expected.set(key, entry.hash);
      entries.set(key, { ...entry, fields: undefined });
      return 'as-applied';
    },
    onChange: (listener) => void listeners.push(listener),
    entry: (ref) => entries.get(refKey(ref)),
    applied(ref, object) {
      const key = refKey(ref);
      const entry: LiveEntry = { ...toEntryOf(ref, object), fields: undefined };
      expected.set(key, entry.hash);
      const known = entries.get(key);
      if (!known || !isOlder(entry.resourceVersion, known.resourceVersion)) entries.set(key, entry);
    },
    deleted(ref) {
      const key = refKey(ref);
      entries.delete(key);
      expected.delete(key);
    },
  };
  return live;
}

/** Kept are objects with a mark, and those that say to be left alone; everything else is others'. */
function concernsUs(object: ObjectMetadata): boolean {
  return object.metadata.labels?.[markLabel] !== undefined || ignoreOf(object) !== undefined;
}

function ignoreOf(object: ObjectMetadata): string | undefined {
  const { annotations } = object.metadata;
  return annotations?.['fluxcd.io/ignore'] ?? annotations?.['flux.weave.works/ignore'];
}

function toEntry(served: ServedKind, object: ObjectMetadata, keepFields: boolean): LiveEntry {
  const { namespace, name } = object.metadata;
  const { apiVersion, kind } = served;
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const entry = toEntryOf(ref, object);
  return keepFields ? entry : { ...entry, fields: undefined };
}

function toEntryOf(ref: ObjectRef, object: ObjectMetadata): LiveEntry {
  const { metadata } = object;
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
    hash: fieldsHash(object),
    otherManager: otherManager(object),
    fields: ourEntry(object)?.fieldsV1,
  };
}

/** A Service's labels are copied to these, our mark among them. */
function copiesLabels({ kind }: ObjectRef): boolean {
  return kind === 'Endpoints' || kind === 'EndpointSlice';
}

function toLiveObject(entry: LiveEntry, expectedHash: string | undefined): LiveObject {
  const fields =
    expectedHash === undefined ? 'unknown' : expectedHash === entry.hash ? 'as-applied' : 'changed';
  return {
    ref: entry.ref,
    id: entry.id,
    uid: entry.uid,
    resourceVersion: entry.resourceVersion,
    mark: entry.mark,
    checksum: entry.checksum,
    ignore: entry.ignore,
    owned: entry.owned,
    fields,
    otherManager: entry.otherManager,
  };
}

/** Whether there is something for the next pass in a change; a status that moved is not. */
function matters(before: LiveEntry, after: LiveEntry, expectedHash: string | undefined): boolean {
  if (before.uid !== after.uid || before.mark !== after.mark || before.ignore !== after.ignore) return true;
  if (before.checksum !== after.checksum) return true;
  return before.hash !== after.hash && after.hash !== expectedHash;
}

/** resourceVersions are numbers on every API server there is; where not, the newest told is taken. */
function isOlder(version: string, than: string): boolean {
  return version.length === than.length ? version < than : version.length < than.length;
}

function isWatchable({ verbs }: ServedKind): boolean {
  return verbs.includes('list') && verbs.includes('watch');
}

function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(() => resolve(), reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
