import { ServerError } from '@fluxctl/shared/errors';
import { createBreather } from '../waiting/breather.ts';
import type { CatFile, GitObject } from './cat-file.ts';
import type { BlobId, CommitSha, TreeEntry } from './repository.ts';
import { parseTree, type TreeItem, type TreeObject } from './tree.ts';

/** A folder of a revision, with all that is below it. */
interface Folder {
  readonly id: string;
  /** By name. */
  readonly folders: ReadonlyMap<string, Folder>;
  /** All below it, in order of path. */
  readonly files: readonly TreeEntry[];
}

interface Place {
  /** Empty, or with `/` at its end. */
  readonly path: string;
  readonly id: string;
  /** What was there in the revision that was listed before. */
  readonly before: Folder | undefined;
}

/**
 * Lists the files of revisions. A folder that is the same in the revision before is not read again: after
 * a commit of one file that takes a few small objects, however many files there are.
 */
export class Trees {
  readonly #objects: Pick<CatFile, 'read' | 'readAll'>;
  #latest: Folder | undefined;

  constructor(objects: Pick<CatFile, 'read' | 'readAll'>) {
    this.#objects = objects;
  }

  async files(revision: CommitSha): Promise<readonly TreeEntry[]> {
    const before = this.#latest;
    const root = requireTree(await this.#objects.read(`${revision}^{tree}`), revision);
    if (root.id === before?.id) return before.files;
    const [folder] = await this.#folders([{ path: '', id: root.id, before }], [root]);
    this.#latest = folder;
    return folder?.files ?? [];
  }

  /** Folders that lie equally deep: all that is read of a level is asked for at once. */
  async #folders(places: readonly Place[], trees: readonly TreeObject[]): Promise<readonly Folder[]> {
    const breathe = createBreather();
    const items: (readonly TreeItem[])[] = [];
    for (const tree of trees) {
      items.push(parseTree(tree));
      await breathe();
    }
    const below = places.flatMap(({ path, before }, index) =>
      (items[index] ?? [])
        .filter(({ type }) => type === 'folder')
        .map(({ name, id }): Place => ({ path: `${path}${name}/`, id, before: before?.folders.get(name) })),
    );
    const changed = below.filter(({ id, before }) => before?.id !== id);
    const fresh = (await this.#read(changed)).values();
    const folders = below.map(({ id, before }) => (before?.id === id ? before : fresh.next().value)).values();
    const made: Folder[] = [];
    for (const [index, { path, id }] of places.entries()) {
      const inside = new Map<string, Folder>();
      const files: TreeEntry[] = [];
      for (const { name, type, id: blob } of items[index] ?? []) {
        if (type !== 'folder') {
          files.push({ path: path + name, type, blob: blob as BlobId });
          continue;
        }
        const folder = folders.next().value;
        if (!folder) continue;
        inside.set(name, folder);
        for (const file of folder.files) files.push(file);
      }
      made.push({ id, folders: inside, files });
      await breathe();
    }
    return made;
  }

  async #read(places: readonly Place[]): Promise<readonly Folder[]> {
    if (places.length === 0) return [];
    const trees = await this.#objects.readAll(places.map(({ id }) => id));
    return this.#folders(
      places,
      places.map(({ id }, index) => requireTree(trees[index], id)),
    );
  }
}

export function requireTree(object: GitObject | undefined, name: string): TreeObject {
  if (object?.type === 'tree' && object.bytes) return { id: object.id, bytes: object.bytes };
  throw new ServerError(`the mirror of the git repository has no tree ${name}`, {
    help: 'It may have been fetched anew meanwhile; the next try reads the new state.',
  });
}
