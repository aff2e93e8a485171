import type { BlobId, TreeEntry } from './repository.ts';

/** Reads the output of `git ls-tree -r -z -l`. */
export function parseTree(output: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < output.length) {
    const tab = output.indexOf(9, at);
    const end = output.indexOf(0, tab);
    // mode SP type SP object SP+ size TAB path NUL
    const typeEnd = output.indexOf(32, at + 7);
    const idEnd = output.indexOf(32, typeEnd + 1);
    entries.push({
      path: output.toString('utf8', tab + 1, end),
      type: entryType(output.toString('latin1', at, at + 6)),
      blob: output.toString('latin1', typeEnd + 1, idEnd) as BlobId,
      // A submodule has `-`.
      size: Number(output.toString('latin1', idEnd + 1, tab)) || 0,
    });
    at = end + 1;
  }
  return entries;
}

function entryType(mode: string): TreeEntry['type'] {
  if (mode === '120000') return 'symlink';
  return mode === '160000' ? 'submodule' : 'file';
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
