import { posix } from 'node:path';
import type { TreeEntry } from '../git/repository.ts';

export type Resolved =
  | { readonly type: 'file'; readonly entry: TreeEntry }
  | { readonly type: 'directory'; readonly path: string }
  /** `reason` as in `no such file or directory in the repository`. */
  | { readonly type: 'nowhere'; readonly reason: string };

/** As many links as Linux follows for one path. */
const maxLinks = 40;

/** Files and folders of a revision. Symbolic links are followed as long as they stay in the repository. */
export class RepositoryTree {
  readonly entries: readonly TreeEntry[];
  /** These two cost as much as all else of a load's begin: made for a path or a link, which most loads lack. */
  #byPath: ReadonlyMap<string, TreeEntry> | undefined;
  #directories: ReadonlySet<string> | undefined;
  readonly #linkTarget: (link: TreeEntry) => string;

  /** @param linkTarget - what a symbolic link holds */
  constructor(entries: readonly TreeEntry[], linkTarget: (link: TreeEntry) => string) {
    this.entries = entries;
    this.#linkTarget = linkTarget;
  }

  hasFile(path: string): boolean {
    const type = this.#entryAt(path)?.type;
    return type === 'file' || type === 'symlink';
  }

  /** @param path - from the root of the repository; `.` and the empty path are the root itself */
  resolve(path: string): Resolved {
    const pending = path.split('/');
    let current: readonly string[] = [];
    let links = 0;
    for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (current.length === 0) return nowhere('it is outside of the repository');
        current = current.slice(0, -1);
        continue;
      }
      const next = [...current, part];
      const entry = this.#entryAt(next.join('/'));
      if (entry?.type === 'symlink') {
        links += 1;
        if (links > maxLinks) return nowhere('too many levels of symbolic links');
        const target = this.#linkTarget(entry);
        if (posix.isAbsolute(target)) return nowhere('it is outside of the repository');
        pending.unshift(...target.split('/'));
      } else if (entry?.type === 'file') {
        return pending.every(isNoStep) ? { type: 'file', entry } : nowhere('not a directory');
      } else if (this.#isDirectory(next.join('/'))) {
        current = next;
      } else {
        return nowhere('no such file or directory in the repository');
      }
    }
    return { type: 'directory', path: current.join('/') };
  }

  #entryAt(path: string): TreeEntry | undefined {
    this.#byPath ??= new Map(this.entries.map((entry) => [entry.path, entry]));
    return this.#byPath.get(path);
  }

  #isDirectory(path: string): boolean {
    this.#directories ??= directoriesOf(this.entries);
    return this.#directories.has(path);
  }
}

function nowhere(reason: string): Resolved {
  return { type: 'nowhere', reason };
}

function isNoStep(part: string): boolean {
  return part === '' || part === '.';
}

function directoriesOf(entries: readonly TreeEntry[]): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const { path } of entries) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const directory = path.slice(0, slash);
      if (directories.has(directory)) break;
      directories.add(directory);
    }
  }
  return directories;
}
