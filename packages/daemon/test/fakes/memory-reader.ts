import { createHash } from 'node:crypto';
import type { BlobId, CommitSha, TreeEntry, TreeReader } from '../../src/git/repository.ts';

/** A file's contents, or where a symbolic link leads to; or more than anybody reads. */
export type MemoryFile = string | Buffer | { readonly symlink: string } | 'too large';

export interface MemoryReader extends TreeReader {
  /** Blobs that were asked for, by call. */
  readonly reads: readonly (readonly BlobId[])[];
  /** Makes these files the next revision. */
  commit(files: Readonly<Record<string, MemoryFile>>): CommitSha;
}

/** Revisions that live in memory, for tests of what reads them. */
export function createMemoryReader(): MemoryReader {
  const trees = new Map<CommitSha, readonly TreeEntry[]>();
  const contents = new Map<BlobId, Buffer | undefined>();
  const reads: BlobId[][] = [];
  return {
    reads,
    commit(files) {
      const entries = Object.entries(files).map(([path, file]): TreeEntry => {
        const link = typeof file === 'object' && 'symlink' in file;
        const bytes = Buffer.from(link ? file.symlink : file);
        const blob = createHash('sha1').update(bytes).digest('hex') as BlobId;
        contents.set(blob, file === 'too large' ? undefined : bytes);
        return { path, type: link ? 'symlink' : 'file', blob };
      });
      const revision = String(trees.size + 1).padStart(40, '0') as CommitSha;
      trees.set(
        revision,
        entries.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      );
      return revision;
    },
    async tree(revision) {
      return trees.get(revision) ?? [];
    },
    async *blobs(ids, signal) {
      const wanted = [...ids];
      reads.push(wanted);
      for (const id of wanted) {
        signal.throwIfAborted();
        if (contents.has(id)) yield { id, bytes: contents.get(id) };
      }
    },
  };
}
