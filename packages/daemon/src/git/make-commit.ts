import { UserError } from '@fluxctl/shared/errors';
import { commitMessage } from './commit-message.ts';
import { editStream, type FileEdit, readRoots } from './edit-stream.ts';
import { type Identity, identityEnvironment } from './identity.ts';
import type { Limits, Mirror } from './mirror.ts';
import { BranchMovedError, type CommitSha, type NewCommit } from './repository.ts';

/** What the daemon adds to every commit. */
export interface CommitStyle {
  /** Of GPG; empty: nothing is signed. */
  readonly signingKey: string;
  /** Goes behind every message, verbatim. */
  readonly messageSuffix: string;
}

const prefix = 'git commit';

/**
 * Writes a commit into the mirror, without a checkout: git does as much as the edits ask for, whatever
 * the size of the repository. No ref names it.
 * @throws {UserError} in git's words; `BranchMovedError` when the parent is there no longer
 */
export async function makeCommit(
  mirror: Mirror,
  commit: NewCommit,
  by: Identity,
  style: CommitStyle,
  limits: Limits,
): Promise<CommitSha> {
  const message = commitMessage(commit.message, style.messageSuffix);
  if ((await mirror.resolve(commit.parent)) === undefined) throw unknownParent(commit.parent);
  const author = await authorOf(mirror, commit, limits);
  const edits = await editsOf(mirror, commit, limits);
  const input = editStream(commit.parent, edits);
  const { edited, before } = readRoots(
    await mirror.run(['fast-import', '--quiet'], limits, { prefix, input }),
  );
  if (edited === before) {
    throw new UserError('no changes made in repo', { help: 'The files hold already what was asked for.' });
  }
  const sign = style.signingKey === '' ? [] : [`--gpg-sign=${style.signingKey}`];
  const args = ['commit-tree', '-p', commit.parent, ...sign, '-F', '-', edited];
  const env = {
    ...identityEnvironment(by),
    ...(author && { GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email }),
  };
  const output = await mirror.run(args, limits, { prefix, input: message, env });
  return output.toString('latin1').trim() as CommitSha;
}

/** The edits with the modes that the files have. */
async function editsOf(
  mirror: Mirror,
  { parent, files }: NewCommit,
  limits: Limits,
): Promise<readonly FileEdit[]> {
  const args = ['ls-tree', '-r', '-z', '--full-tree', '--end-of-options', parent];
  const listing = await mirror.run(args, limits, { prefix });
  const edits = new Map<string, FileEdit>();
  for (let at = 0; at < listing.length; ) {
    // mode SP type SP object TAB path NUL
    const tab = listing.indexOf(9, at);
    const end = listing.indexOf(0, tab);
    const name = listing.toString('utf8', tab + 1, end);
    const content = files.get(name);
    if (content !== undefined) {
      if (edits.has(name)) throw notEditable(name, 'has a name that is not UTF-8, and a double');
      const mode = listing.toString('latin1', at, listing.indexOf(32, at));
      if (!mode.startsWith('100')) throw notEditable(name, 'is a symbolic link or a submodule');
      edits.set(name, { mode, path: listing.subarray(tab + 1, end), content });
    }
    at = end + 1;
  }
  for (const name of files.keys()) if (!edits.has(name)) throw notEditable(name, 'is not in the repository');
  return [...edits.values()];
}

function unknownParent(parent: CommitSha): BranchMovedError {
  return new BranchMovedError(`${prefix}: the git repository no longer has the commit ${parent}`, {
    help: 'Its history has been written anew. fluxd starts over on the new head of the branch.',
  });
}

function notEditable(path: string, why: string): UserError {
  return new UserError(`${prefix}: ${path} ${why}`, {
    help: 'Only files that the revision has are edited; a symbolic link, at the file that it leads to.',
  });
}

interface Person {
  readonly name: string;
  readonly email: string;
}

/** As git reads `--author`; undefined: the committer. */
async function authorOf(
  mirror: Mirror,
  { author, parent }: NewCommit,
  limits: Limits,
): Promise<Person | undefined> {
  if (author === '') return undefined;
  const written = author.includes('>') ? author : await earlierAuthor(mirror, author, parent, limits);
  const [, name, email] = /^([^<\0]*)<([^>\0]*)>/.exec(written) ?? [];
  if (name !== undefined && email !== undefined) return { name: name.trim(), email: email.trim() };
  throw new UserError(`${prefix}: fatal: malformed --author parameter`, {
    help: 'Give the author as `Name <email>`, with --user.',
  });
}

/** The newest author who has the text in name or address, in whatever case. */
async function earlierAuthor(
  mirror: Mirror,
  part: string,
  parent: CommitSha,
  limits: Limits,
): Promise<string> {
  const filters = ['--max-count=1', '--regexp-ignore-case', '--fixed-strings', `--author=${part}`];
  const found = /[\0\n]/.test(part)
    ? ''
    : (
        await mirror.run(
          ['log', '--format=%aN <%aE>', ...filters, '--end-of-options', parent, '--'],
          limits,
          { prefix },
        )
      )
        .toString('utf8')
        .trim();
  if (found !== '') return found;
  throw new UserError(
    `${prefix}: fatal: --author '${part}' is not 'Name <email>' and matches no existing author`,
    { help: 'Give the author as `Name <email>`, with --user.' },
  );
}
