/** What a commit does to a path: new content, a symbolic link, or `null` to delete it. */
export type FileChange =
  | string
  | Buffer
  | { readonly symlink: string }
  | { readonly executable: string | Buffer }
  | null;
export type FileChanges = Readonly<Record<string, FileChange>>;

export interface CommitSpec {
  readonly ref: string;
  readonly message: string;
  /** `Name <email>`. */
  readonly author: string;
  readonly date: Date;
  /** First parent; undefined for a commit without history. */
  readonly from: string | undefined;
  /** Further parents. */
  readonly merge: readonly string[];
  readonly changes: FileChanges;
}

/**
 * The commit as `git fast-import` reads it: one process for any number of files.
 * @see https://git-scm.com/docs/git-fast-import
 */
export function fastImportStream(commit: CommitSpec): Buffer {
  const parts: Buffer[] = [];
  const write = (...pieces: (string | Buffer)[]) => {
    for (const piece of pieces) parts.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  };
  const data = (content: string | Buffer) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    write(`data ${bytes.length}\n`, bytes, '\n');
  };
  const identity = `${commit.author} ${Math.floor(commit.date.getTime() / 1000)} +0000`;

  write(`commit ${commit.ref}\n`, `author ${identity}\n`, `committer ${identity}\n`);
  data(commit.message);
  if (commit.from) write(`from ${commit.from}\n`);
  for (const parent of commit.merge) write(`merge ${parent}\n`);
  for (const [path, change] of Object.entries(commit.changes)) {
    if (change === null) {
      write(`D ${quotePath(path)}\n`);
      continue;
    }
    const { mode, content } = entry(change);
    write(`M ${mode} inline ${quotePath(path)}\n`);
    data(content);
  }
  write('\n');
  return Buffer.concat(parts);
}

function entry(change: NonNullable<FileChange>): { mode: string; content: string | Buffer } {
  if (typeof change === 'string' || Buffer.isBuffer(change)) return { mode: '100644', content: change };
  if ('symlink' in change) return { mode: '120000', content: change.symlink };
  return { mode: '100755', content: change.executable };
}

/** Quoted as in C, which any path may be. */
function quotePath(path: string): string {
  return `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
