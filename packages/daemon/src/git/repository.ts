import { UserError } from '@fluxctl/shared/errors';

export type CommitSha = string & { readonly brand: 'CommitSha' };
export type BlobId = string & { readonly brand: 'BlobId' };

/** As the API names them; `reference/daemon.md` 3.1. */
export const repositoryStates = ['unconfigured', 'new', 'unreachable', 'cloned', 'ready'] as const;
export type RepositoryState = (typeof repositoryStates)[number];

export interface RepositoryStatus {
  readonly state: RepositoryState;
  /** Why it is not ready, in git's words; empty when ready. Holds no password. */
  readonly error: string;
}

export interface TreeEntry {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly type: 'file' | 'symlink' | 'submodule';
  readonly blob: BlobId;
}

/** What a file holds. */
export interface Blob {
  readonly id: BlobId;
  /** Undefined when there are more than 64 MiB. */
  readonly bytes: Buffer | undefined;
}

export interface Commit {
  readonly revision: CommitSha;
  /** First line of the message. */
  readonly subject: string;
}

/** `from..to`, or all up to `to`. */
export interface LogRange {
  readonly from?: CommitSha;
  readonly to: string;
  readonly firstParent?: boolean;
  /** Git stops there, rather than go through all of a long history. */
  readonly most?: number;
}

/** A commit that is to follow another. */
export interface NewCommit {
  readonly parent: CommitSha;
  /** What files are to hold; they keep their modes. All of them are in `parent`. */
  readonly files: ReadonlyMap<string, string>;
  /** Without what `--git-ci-skip` adds to it. */
  readonly message: string;
  /** `Name <email>`, or a part of one that wrote earlier commits; empty: the committer. */
  readonly author: string;
}

/** The branch, here or there, is not where it was: read again, and start over. */
export class BranchMovedError extends UserError {}

/** Reads a revision, straight from the mirror. Every call may throw a FluxError in git's words. */
export interface TreeReader {
  /** All files of a revision, in order of path; `paths` as given to `--git-path`, empty for all. */
  tree(revision: CommitSha, paths: readonly string[], signal: AbortSignal): Promise<readonly TreeEntry[]>;
  /** Contents, in any order, over one `git cat-file --batch`. */
  blobs(ids: Iterable<BlobId>, signal: AbortSignal): AsyncIterable<Blob>;
}

/** Writes to the branch that is followed. */
export interface CommitWriter {
  /**
   * Writes a commit into the mirror; no ref names it, so that it can be read and looked at, and is forgotten
   * unless it is published.
   * @throws {UserError} `cannot make a working clone of a read-only git repo`, `no changes made in repo`,
   *   `git commit: …`
   */
  makeCommit(commit: NewCommit, signal: AbortSignal): Promise<CommitSha>;
  /**
   * Makes a commit the head of the branch, here and there, with its note in the same push. Nothing is forced:
   * when the push is refused, nothing has changed.
   * @throws {BranchMovedError} when somebody else was quicker; fetch, and start over
   */
  publish(
    revision: CommitSha,
    note: { readonly ref: string; readonly text: string },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A remote repository, its local mirror, and the states it goes through. */
export interface Repository extends TreeReader, CommitWriter {
  /** Without a password; `ssh://git@github.com/a/b`. */
  readonly safeUrl: string;
  readonly branch: string;
  readonly status: RepositoryStatus;

  /** Clones, checks, then polls, until aborted. Rejects with nothing but bugs. */
  run(signal: AbortSignal): Promise<void>;
  /** Asks for a fetch soon; calls coalesce. */
  notify(): void;
  /** Fetches now; a failure does not change the state. */
  refresh(signal: AbortSignal): Promise<void>;
  /** After every successful fetch, whether something changed or not. */
  onRefreshed(listener: () => void): void;
  /** After every change of `status`. */
  onStatus(listener: (status: RepositoryStatus) => void): void;

  /** @throws {UserError} `git repo not ready: …` or `git repo does not have valid config` */
  requireReady(): void;
  /** Head of the branch. */
  head(signal: AbortSignal): Promise<CommitSha>;
  /** What a name stands for in the mirror; undefined when unknown. */
  resolve(name: string, signal: AbortSignal): Promise<CommitSha | undefined>;
  /** Newest first; only commits that touch `paths`. */
  log(range: LogRange, paths: readonly string[], signal: AbortSignal): Promise<readonly Commit[]>;
  /**
   * Notes under the notes ref (`refs/notes/flux`), by the commit that they are on; with `on`, only those
   * on these commits are read.
   */
  notes(
    ref: string,
    signal: AbortSignal,
    on?: ReadonlySet<CommitSha>,
  ): Promise<ReadonlyMap<CommitSha, string>>;
  /** The revision that a tag marks in the mirror; undefined when there is no such tag. */
  tagged(tag: string, signal: AbortSignal): Promise<CommitSha | undefined>;
  /** Moves an annotated tag and pushes it. @throws when read-only */
  moveTag(tag: string, revision: CommitSha, message: string, signal: AbortSignal): Promise<void>;
  /** Removes the mirror and ends all programs; call it when `run` has resolved. */
  close(): Promise<void>;
}
