import type { TreeEntry } from './repository.ts';

/** A tree as git stores it. */
export interface TreeObject {
  readonly id: string;
  readonly bytes: Buffer;
}

/** What a tree object names. */
export interface TreeItem {
  readonly name: string;
  readonly type: TreeEntry['type'] | 'folder';
  /** As git writes it there: `100644`, `40000`. */
  readonly mode: string;
  readonly id: string;
  /** Where the bytes of the name are, which need not be UTF-8. */
  readonly start: number;
  readonly end: number;
}

/** Reads a tree object: for each item `MODE NAME NUL`, and the bytes of its id. */
export function parseTree({ id, bytes }: TreeObject): readonly TreeItem[] {
  const idBytes = id.length / 2;
  const items: TreeItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const nul = bytes.indexOf(0, space);
    const next = nul + 1 + idBytes;
    const mode = bytes.toString('latin1', at, space);
    items.push({
      name: bytes.toString('utf8', space + 1, nul),
      type: itemType(mode),
      mode,
      id: bytes.toString('hex', nul + 1, next),
      start: space + 1,
      end: nul,
    });
    at = next;
  }
  return items;
}

function itemType(mode: string): TreeItem['type'] {
  switch (mode) {
    case '40000':
      return 'folder';
    case '120000':
      return 'symlink';
    case '160000':
      return 'submodule';
    default:
      return 'file';
  }
}

/**
 * Paths as git wants them: `./a//b/` is `a/b`; none stands for the whole repository.
 * A path that leaves the repository names nothing in it, and is left out.
 */
export function normalizePaths(paths: readonly string[]): 'everything' | readonly string[] {
  const normal: string[] = [];
  for (const path of paths) {
    const parts: string[] = [];
    let outside = false;
    for (const part of path.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined) outside = true;
    }
    if (outside) continue;
    if (parts.length === 0) return 'everything';
    normal.push(parts.join('/'));
  }
  return paths.length === 0 ? 'everything' : normal;
}
