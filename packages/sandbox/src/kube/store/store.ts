import type { KubeObject } from '../kube-object.ts';

export type StoreEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** Where the object is kept: `apps/deployments`. */
  readonly storage: string;
  /** After the change; for DELETED the last state, under the deletion's resourceVersion. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly version: number;
};

export type StoreListener = (event: StoreEvent) => void;

/** How many changes are remembered for watches that start in the past. */
const historyLimit = 20_000;

/** As etcd sorts its keys. */
function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  /** Undefined after keys came or went. */
  sorted: readonly string[] | undefined;
}

/**
 * All objects, one counter of versions, and the latest changes: what etcd is to a real server. It
 * knows nothing of what objects mean. Objects are never changed in place.
 */
export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #listeners = new Set<StoreListener>();
  #history: StoreEvent[] = [];
  #version = 1;
  /** Changes up to this version are forgotten. */
  #compacted = 0;

  get version(): number {
    return this.#version;
  }

  get compacted(): number {
    return this.#compacted;
  }

  get(storage: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#shelves.get(storage)?.objects.get(objectKey(namespace, name));
  }

  /** Sorted by namespace and name. */
  list(storage: string, namespace?: string): readonly KubeObject[] {
    const shelf = this.#shelves.get(storage);
    if (shelf === undefined) return [];
    shelf.sorted ??= [...shelf.objects.keys()].sort();
    const keys =
      namespace === undefined ? shelf.sorted : shelf.sorted.filter((key) => key.startsWith(`${namespace}/`));
    return keys.flatMap((key) => shelf.objects.get(key) ?? []);
  }

  /** Every place that has objects. */
  storages(): readonly string[] {
    return [...this.#shelves].filter(([, shelf]) => shelf.objects.size > 0).map(([storage]) => storage);
  }

  /** Creates or replaces; answers with the object under its new resourceVersion. */
  put(storage: string, object: KubeObject): KubeObject {
    const version = ++this.#version;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    const shelf = this.#shelf(storage);
    const key = objectKey(object.metadata.namespace, object.metadata.name);
    const previous = shelf.objects.get(key);
    if (previous === undefined) shelf.sorted = undefined;
    shelf.objects.set(key, stored);
    this.#publish({ type: previous ? 'MODIFIED' : 'ADDED', storage, object: stored, previous, version });
    return stored;
  }

  /** @returns the last state under the deletion's version, or undefined when there was no such object */
  remove(storage: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const shelf = this.#shelf(storage);
    const key = objectKey(namespace, name);
    const previous = shelf.objects.get(key);
    if (previous === undefined) return undefined;
    shelf.objects.delete(key);
    shelf.sorted = undefined;
    const version = ++this.#version;
    const object = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(version) } };
    this.#publish({ type: 'DELETED', storage, object, previous, version });
    return object;
  }

  /** Changes after `version` in one place, oldest first; `compacted` when they are no longer all known. */
  since(storage: string, version: number): readonly StoreEvent[] | 'compacted' {
    if (version < this.#compacted) return 'compacted';
    return this.#history.filter((event) => event.version > version && event.storage === storage);
  }

  /**
   * Forgets all changes so far, as etcd's compaction does after some minutes. Every version that was
   * told before is too old from now on: the version itself moves too.
   */
  compact(): void {
    this.#compacted = ++this.#version;
    this.#history = [];
  }

  /** Calls back, at once and in order, for every change from now on. @returns ends it */
  listen(listener: StoreListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #shelf(storage: string): Shelf {
    const known = this.#shelves.get(storage);
    if (known !== undefined) return known;
    const shelf: Shelf = { objects: new Map(), sorted: undefined };
    this.#shelves.set(storage, shelf);
    return shelf;
  }

  #publish(event: StoreEvent): void {
    this.#history.push(event);
    if (this.#history.length > historyLimit * 1.2) {
      const forgotten = this.#history.splice(0, this.#history.length - historyLimit);
      this.#compacted = forgotten.at(-1)?.version ?? this.#compacted;
    }
    for (const listener of this.#listeners) listener(event);
  }
}
