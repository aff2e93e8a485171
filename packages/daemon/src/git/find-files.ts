import type { Mirror } from './mirror.ts';
import type { CommitSha } from './repository.ts';
import { parseTree } from './tree.ts';

/** A file as a tree names it. */
export interface FoundFile {
  /** As in git's listing: `100644`, `120000`. */
  readonly mode: string;
  /** From the root; the bytes of the tree, which need not be UTF-8. */
  readonly path: Buffer;
}

interface Folder {
  /** With `/` at its end, but for the root. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Any name of its tree. */
  readonly tree: string;
}

/**
 * Looks up some files of a revision by their paths; of the tree only the folders on the way to them are read.
 * @returns all that have such a path: several, where names that are no UTF-8 read alike
 */
export async function findFiles(
  mirror: Pick<Mirror, 'trees'>,
  revision: CommitSha,
  paths: Iterable<string>,
): Promise<ReadonlyMap<string, readonly FoundFile[]>> {
  const found = new Map<string, FoundFile[]>([...paths].map((path) => [path, []]));
  const folders = new Set([...found.keys()].flatMap(foldersOf));
  let level: Folder[] = [{ path: '', bytes: Buffer.alloc(0), tree: `${revision}^{tree}` }];
  while (level.length > 0) {
    const trees = await mirror.trees(level.map(({ tree }) => tree));
    const below: Folder[] = [];
    for (const [index, folder] of level.entries()) {
      const tree = trees[index];
      for (const { name, type, mode, id, start, end } of tree ? parseTree(tree) : []) {
        const path = folder.path + name;
        const bytes = () =>
          Buffer.concat([folder.bytes, tree?.bytes.subarray(start, end) ?? Buffer.alloc(0)]);
        if (type !== 'folder') found.get(path)?.push({ mode, path: bytes() });
        else if (folders.has(`${path}/`)) {
          below.push({ path: `${path}/`, bytes: Buffer.concat([bytes(), slash]), tree: id });
        }
      }
    }
    level = below;
  }
  return found;
}

const slash = Buffer.from('/');

/** `a/b/c` lies in `a/` and `a/b/`. */
function foldersOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}
