import { UserError } from '@fluxctl/shared/errors';
import { commitMessage } from './commit-message.ts';
import { findFiles } from './find-files.ts';
import { type Identity, identityEnvironment, identityLine, plain } from './identity.ts';
import { editStream, type FileEdit, readImported } from './import-stream.ts';
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
  const { parent } = commit;
  const message = commitMessage(commit.message, style.messageSuffix);
  if ((await mirror.resolve(parent)) === undefined) throw unknownParent(parent);
  const author = requireName({ ...by, ...(await authorOf(mirror, commit, limits)) });
  const [edits, [before]] = await Promise.all([editsOf(mirror, commit), mirror.trees([`${parent}^{tree}`])]);
  const text = { author: identityLine(author), committer: identityLine(requireName(by)), message };
  const input = editStream(parent, edits, text);
  const written = readImported(await mirror.run(['fast-import', '--quiet'], limits, { prefix, input }));
  if (written.tree === before?.id) {
    throw new UserError('no changes made in repo', { help: 'The files hold already what was asked for.' });
  }
  if (style.signingKey === '') return written.commit as CommitSha;
  // Only `git commit-tree` signs.
  const args = ['commit-tree', '-p', parent, `--gpg-sign=${style.signingKey}`, '-F', '-', written.tree];
  const env = {
    ...identityEnvironment(by),
    GIT_AUTHOR_NAME: author.user,
    GIT_AUTHOR_EMAIL: author.email,
  };
  const output = await mirror.run(args, limits, { prefix, input: message, env });
  return output.toString('latin1').trim() as CommitSha;
}

/** The edits with the modes that the files have. */
async function editsOf(mirror: Mirror, { parent, files }: NewCommit): Promise<readonly FileEdit[]> {
  const found = await findFiles(mirror, parent, files.keys());
  return Array.from(files, ([name, content]) => {
    const [file, double] = found.get(name) ?? [];
    if (!file) throw notEditable(name, 'is not in the repository');
    if (double) throw notEditable(name, 'has a name that is not UTF-8, and a double');
    if (!file.mode.startsWith('100')) throw notEditable(name, 'is a symbolic link or a submodule');
    return { ...file, content };
  });
}

/** In git's words. */
function requireName(identity: Identity): Identity {
  const { user, email } = identity;
  if (plain(user) !== '') return identity;
  const why =
    user === ''
      ? `empty ident name (for <${email}>) not allowed`
      : `name consists only of disallowed characters: ${user}`;
  throw new UserError(`${prefix}: fatal: ${why}`, {
    help: 'An author and a committer need a name: see --git-user, and --user of fluxctl.',
  });
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

type Person = Pick<Identity, 'user' | 'email'>;

/** As git reads `--author`; undefined: the committer. */
async function authorOf(
  mirror: Mirror,
  { author, parent }: NewCommit,
  limits: Limits,
): Promise<Person | undefined> {
  if (author === '') return undefined;
  const written = author.includes('>') ? author : await earlierAuthor(mirror, author, parent, limits);
  const [, user, email] = /^([^<\0]*)<([^>\0]*)>/.exec(written) ?? [];
  if (user !== undefined && email !== undefined) return { user: user.trim(), email: email.trim() };
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
