/** A file whose content is to be another. */
export interface FileEdit {
  /** As in git's listing: `100644`, `100755`. */
  readonly mode: string;
  /** In the bytes of the tree, which need not be UTF-8. */
  readonly path: Buffer;
  readonly content: string;
}

export interface CommitText {
  /** As `identityLine` writes them. */
  readonly author: string;
  readonly committer: string;
  readonly message: string;
}

export interface NoteText extends CommitText {
  /** The commit that it is on. */
  readonly on: string;
  readonly text: string;
}

/** What became of a stream: commits that no ref names. */
export interface Imported {
  readonly commit: string;
  /** Root of its tree. */
  readonly tree: string;
}

/** The stream works on a ref of its own, which is gone when it ends. */
const ref = 'refs/fluxd/import';

/**
 * Input for `git fast-import` that writes edited files, their trees and a commit around them, in one process
 * and whatever the size of the tree. No ref changes. Git answers with the commit and its tree.
 * @see https://git-scm.com/docs/git-fast-import
 */
export function editStream(parent: string, edits: Iterable<FileEdit>, commit: CommitText): Buffer {
  const stream = new Stream(parent, commit);
  for (const { mode, path, content } of edits) {
    stream.write(`M ${mode} inline `, quotePath(path), '\n');
    stream.data(content);
  }
  return stream.end(parent);
}

/** As above, for a note among those there are, spread over folders as git does it. */
export function noteStream(parent: string | undefined, { on, text, ...commit }: NoteText): Buffer {
  const stream = new Stream(parent, commit);
  stream.write(`N inline ${on}\n`);
  stream.data(text);
  return stream.end(on);
}

/** What git answers to either. */
export function readImported(answer: Buffer): Imported {
  const text = answer.toString('latin1');
  const tree = /^040000 tree ([0-9a-f]+)/m.exec(text)?.[1];
  const commit = /^[0-9a-f]+$/m.exec(text)?.[0];
  if (tree === undefined || commit === undefined) throw new Error('git fast-import told no commit');
  return { tree, commit };
}

/** Begins with the head of a commit. */
class Stream {
  readonly #parts: (Buffer | string)[] = [];

  constructor(parent: string | undefined, { author, committer, message }: CommitText) {
    this.write(`feature done\ncommit ${ref}\nmark :1\nauthor ${author}\ncommitter ${committer}\n`);
    this.data(message);
    if (parent !== undefined) this.write(`from ${parent}\n`);
  }

  write(...parts: (Buffer | string)[]): void {
    this.#parts.push(...parts);
  }

  data(text: string): void {
    const bytes = Buffer.from(text);
    this.write(`data ${bytes.length}\n`, bytes, '\n');
  }

  /** @param alike - any object: a name of none has as many digits */
  end(alike: string): Buffer {
    // A ref that is reset to nothing is not written.
    this.write(`ls ""\n\nget-mark :1\nreset ${ref}\nfrom ${'0'.repeat(alike.length)}\n\ndone\n`);
    return Buffer.concat(this.#parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  }
}

/** Quoted as in C, which any path may be; byte by byte. */
function quotePath(path: Buffer): Buffer {
  const quoted = path.toString('latin1').replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return Buffer.from(`"${quoted}"`, 'latin1');
}
