import type { KubeObject } from '../../kube/kube-object.ts';
import type { KindRef } from '../../kube/resources/client.ts';

/** What controllers look at when they decide. Lists are in the order of creation. */
export interface ClusterView {
  get(kind: KindRef, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Those in a namespace. */
  list(kind: KindRef, namespace: string): readonly KubeObject[];
  /** Those whose controller is the object with this uid. */
  ownedBy(kind: KindRef, uid: string | undefined): readonly KubeObject[];
}

interface Shelf {
  readonly byName: Map<string, KubeObject>;
  readonly byNamespace: Map<string, Map<string, KubeObject>>;
  readonly byOwner: Map<string, Map<string, KubeObject>>;
}

const shelfName = ({ apiVersion, kind }: KindRef): string => `${apiVersion}/${kind}`;
const objectName = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

function controllerUid({ metadata }: KubeObject): string | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
}

/** Keeps what the watches bring, so that a decision costs as much as the objects it is about. */
export class ClusterCache implements ClusterView {
  readonly #shelves = new Map<string, Shelf>();

  get(kind: KindRef, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#shelves.get(shelfName(kind))?.byName.get(objectName(namespace, name));
  }

  list(kind: KindRef, namespace: string): readonly KubeObject[] {
    return [...(this.#shelves.get(shelfName(kind))?.byNamespace.get(namespace)?.values() ?? [])];
  }

  ownedBy(kind: KindRef, uid: string | undefined): readonly KubeObject[] {
    return uid === undefined
      ? []
      : [...(this.#shelves.get(shelfName(kind))?.byOwner.get(uid)?.values() ?? [])];
  }

  put(kind: KindRef, object: KubeObject): void {
    const { namespace, name } = object.metadata;
    const shelf = this.#shelf(kind);
    const key = objectName(namespace, name);
    const before = shelf.byName.get(key);
    const [wasOwner, owner] = [before && controllerUid(before), controllerUid(object)];
    if (wasOwner !== undefined && wasOwner !== owner) take(shelf.byOwner, wasOwner, key);
    shelf.byName.set(key, object);
    place(shelf.byNamespace, namespace ?? '', key, object);
    if (owner !== undefined) place(shelf.byOwner, owner, key, object);
  }

  remove(kind: KindRef, object: KubeObject): void {
    const { namespace, name } = object.metadata;
    const shelf = this.#shelf(kind);
    const key = objectName(namespace, name);
    const owner = controllerUid(shelf.byName.get(key) ?? object);
    shelf.byName.delete(key);
    take(shelf.byNamespace, namespace ?? '', key);
    if (owner !== undefined) take(shelf.byOwner, owner, key);
  }

  #shelf(kind: KindRef): Shelf {
    const name = shelfName(kind);
    const known = this.#shelves.get(name);
    if (known !== undefined) return known;
    const shelf: Shelf = { byName: new Map(), byNamespace: new Map(), byOwner: new Map() };
    this.#shelves.set(name, shelf);
    return shelf;
  }
}

type Index = Map<string, Map<string, KubeObject>>;

function place(index: Index, group: string, key: string, object: KubeObject): void {
  const members = index.get(group);
  if (members === undefined) index.set(group, new Map([[key, object]]));
  else members.set(key, object);
}

function take(index: Index, group: string, key: string): void {
  const members = index.get(group);
  members?.delete(key);
  if (members?.size === 0) index.delete(group);
}
