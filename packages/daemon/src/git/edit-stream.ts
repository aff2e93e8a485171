/** A file whose content is to be another. */
export interface FileEdit {
  /** As in git's listing: `100644`, `100755`. */
  readonly mode: string;
  /** In the bytes of the tree, which need not be UTF-8. */
  readonly path: Buffer;
  readonly content: string;
}

/** The stream works on a ref of its own, which is gone when it ends. */
const ref = 'refs/fluxd/edit';

/**
 * Input for `git fast-import` that writes the edited files and their trees, in one process and whatever
 * the size of the tree. Git answers with a line for the new root and one for the root of `parent`.
 * No ref changes; the commit that git wants around the edits is nobody's.
 * @see https://git-scm.com/docs/git-fast-import
 */
export function editStream(parent: string, edits: Iterable<FileEdit>): Buffer {
  const parts: Buffer[] = [];
  const write = (text: string) => parts.push(Buffer.from(text));
  write(`feature done\ncommit ${ref}\ncommitter - <-> 0 +0000\ndata 0\nfrom ${parent}\n`);
  for (const { mode, path, content } of edits) {
    const bytes = Buffer.from(content);
    write(`M ${mode} inline `);
    parts.push(quotePath(path));
    write(`\ndata ${bytes.length}\n`);
    parts.push(bytes);
    write('\n');
  }
  // A ref that is reset to nothing is not written.
  write(`ls ""\n\nls ${parent} ""\nreset ${ref}\nfrom ${'0'.repeat(parent.length)}\n\ndone\n`);
  return Buffer.concat(parts);
}

/** The roots that git told: of the edited tree, and of the parent's. */
export function readRoots(answer: Buffer): { readonly edited: string; readonly before: string } {
  const roots = answer.toString('latin1').match(/(?<=^040000 tree )[0-9a-f]+/gm) ?? [];
  const [edited, before] = roots;
  if (edited === undefined || before === undefined) throw new Error('git fast-import told no tree');
  return { edited, before };
}

/** Quoted as in C, which any path may be; byte by byte. */
function quotePath(path: Buffer): Buffer {
  const quoted = path.toString('latin1').replaceAll(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
  return Buffer.from(`"${quoted}"`, 'latin1');
}
