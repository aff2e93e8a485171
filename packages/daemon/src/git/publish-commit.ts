import { ServerError } from '@fluxctl/shared/errors';
import { NoAtomicPushError } from './git-errors.ts';
import { type Identity, identityLine } from './identity.ts';
import { noteStream, readImported } from './import-stream.ts';
import type { Limits, Mirror } from './mirror.ts';
import { BranchMovedError, type CommitSha } from './repository.ts';

/** A commit that waits to be published, and where it goes. */
export interface Publication {
  readonly branch: string;
  readonly revision: CommitSha;
  readonly note: { readonly ref: string; readonly text: string };
  readonly by: Identity;
}

/** What is known of the host. */
export interface HostAbilities {
  /** Whether it moves several refs all or none. */
  atomicPush: boolean;
}

/** What a ref was and is to be; undefined where there was none. */
interface Move {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string;
}

/**
 * Pushes a commit with its note. Nobody else may write meanwhile.
 * @param limits - for the next thing to do
 * @returns whether the mirror shows it; else the next fetch makes it so
 * @throws {BranchMovedError} when a ref is not where it was; then none has moved, here or there
 */
export async function publishCommit(
  mirror: Mirror,
  publication: Publication,
  host: HostAbilities,
  limits: () => Limits,
): Promise<boolean> {
  const { branch, revision, note } = publication;
  const ref = `refs/heads/${branch}`;
  const [parent, head] = await Promise.all([mirror.resolve(`${revision}^1`), mirror.resolve(ref)]);
  // A mirror that was made anew meanwhile does not even know the commit.
  if (parent === undefined || parent !== head) throw movedOn(branch);
  const moves: readonly Move[] = [
    await writeNote(mirror, publication, limits()),
    { ref, from: parent, to: revision },
  ];
  const prefix = `git push ${mirror.url} [${branch} ${note.ref}]`;
  try {
    await push(mirror, moves, prefix, host, limits);
  } catch (error) {
    // Where the connection broke, the push may have come through.
    const unsure = error instanceof ServerError;
    if (!unsure || !(await areThere(mirror, moves, limits()))) throw error;
    await moveRefs(mirror, moves, limits()).catch(() => undefined);
  }
  // What is public is done, whatever comes here.
  return mirror.resolve(ref).then(
    (shown) => shown === revision,
    () => false,
  );
}

/** Adds the note to those there are, as `git notes` does it; no ref names them yet. */
async function writeNote(mirror: Mirror, { revision, note, by }: Publication, limits: Limits): Promise<Move> {
  const from = await mirror.resolve(note.ref);
  const self = identityLine(by);
  const message = "Notes added by 'git notes add'\n";
  const text = { on: revision, text: `${note.text}\n`, author: self, committer: self, message };
  const input = noteStream(from, text);
  const answer = await mirror.run(['fast-import', '--quiet'], limits, { prefix: 'git notes', input });
  return { ref: note.ref, from, to: readImported(answer).commit };
}

/** All at once where the host can; else the note first, which says nothing as long as its commit is not there. */
async function push(
  mirror: Mirror,
  moves: readonly Move[],
  prefix: string,
  host: HostAbilities,
  limits: () => Limits,
): Promise<void> {
  if (host.atomicPush) {
    try {
      await pushMoves(mirror, moves, limits(), prefix, ['--atomic']);
      return;
    } catch (error) {
      if (!(error instanceof NoAtomicPushError)) throw error;
      host.atomicPush = false;
    }
  }
  for (const move of moves) await pushMoves(mirror, [move], limits(), prefix);
}

/**
 * Each ref must be where we saw it, so that a commit which somebody took back does not return with ours.
 * That is stricter than git's own rule and forces nothing: what is pushed always follows what was there.
 */
function pushMoves(
  mirror: Mirror,
  moves: readonly Move[],
  limits: Limits,
  prefix: string,
  options: readonly string[] = [],
): Promise<void> {
  const leases = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`);
  const refspecs = moves.map(({ ref, to }) => `${to}:${ref}`);
  return mirror.push(refspecs, limits, prefix, [...options, ...leases]);
}

/** In the mirror alone. */
async function moveRefs(mirror: Mirror, moves: readonly Move[], limits: Limits): Promise<void> {
  const input = moves.map(({ ref, to }) => `update ${ref} ${to}\n`).join('');
  await mirror.run(['update-ref', '--stdin'], limits, { input });
}

/** Whether the remote has the moves carried out; false when it does not tell. */
async function areThere(mirror: Mirror, moves: readonly Move[], limits: Limits): Promise<boolean> {
  const there = await mirror.remoteRefs(
    moves.map(({ ref }) => ref),
    limits,
  );
  return moves.every(({ ref, to }) => there.get(ref) === to);
}

function movedOn(branch: string): BranchMovedError {
  return new BranchMovedError(`the branch '${branch}' has moved on while the commit was made`, {
    help: 'fluxd starts over on the new head of the branch.',
  });
}
