import { mkdir, rm } from 'node:fs/promises';
import { ServerError } from '@fluxctl/shared/errors';
import { untilAborted } from '../waiting/until-aborted.ts';
import { CatFile } from './cat-file.ts';
import type { Blob, BlobId, Commit, CommitSha, LogRange, TreeEntry } from './repository.ts';
import type { Git, GitCommand } from './run-git.ts';
import { normalizePaths, type TreeObject } from './tree.ts';
import { requireTree, Trees } from './trees.ts';

/** When an operation has to be over, and who may stop it before. */
export interface Limits {
  readonly signal: AbortSignal;
  readonly deadline: AbortSignal;
}

export interface MirrorOptions {
  readonly git: Git;
  /** With its password, if it has one. */
  readonly url: string;
  readonly branch: string;
  /** Where to make it. */
  readonly folder: string;
  /** How long the reader of objects may keep silent, in ms. */
  readonly timeoutMs: number;
}

/** What is mirrored: not the refs of pull requests, which some hosts have by the thousand. */
const mirrored = ['heads', 'tags', 'notes'].map((kind) => `+refs/${kind}/*:refs/${kind}/*`);

/** A name that no configuration of the user has. */
const remoteName = 'fluxd-remote';

/** Blobs are asked for in groups, of which a few are on their way at a time. */
const groupSize = 64;
const maxGroups = 4;
/** No more is asked for while this many bytes were read and not yet taken. */
const maxBytesAhead = 8 * 1024 * 1024;

/** A bare copy of a remote repository. Refs are always named in full, so that nothing is ambiguous. */
export class Mirror {
  readonly #options: MirrorOptions;
  readonly #objects: CatFile;
  readonly #trees: Trees;
  readonly #noteTrees: Trees;
  #users = 0;
  #retired = false;
  #gone: Promise<void> | undefined;

  private constructor(options: MirrorOptions) {
    this.#options = options;
    const args = ['--git-dir', options.folder, 'cat-file', '--batch'];
    this.#objects = new CatFile(() => options.git.start(args), options.timeoutMs);
    this.#trees = new Trees(this.#objects);
    this.#noteTrees = new Trees(this.#objects);
  }

  /** With its password, if it has one. */
  get url(): string {
    return this.#options.url;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** @throws {FluxError} `git clone --mirror: …`; then nothing is left of it */
  static async clone(options: MirrorOptions, limits: Limits): Promise<Mirror> {
    const prefix = 'git clone --mirror';
    const mirror = new Mirror(options);
    try {
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      await mirror.run(['init', '--quiet', '--bare', '--template='], limits, { prefix });
      // So that HEAD means the branch that is followed, whatever the remote's default branch is.
      await mirror.run(['symbolic-ref', 'HEAD', `refs/heads/${options.branch}`], limits, { prefix });
      await mirror.#fetch(limits, prefix);
      return mirror;
    } catch (error) {
      await mirror.retire();
      throw error;
    }
  }

  /** Takes over what the remote has, and drops what it has no longer. */
  async fetch(limits: Limits): Promise<void> {
    await this.#fetch(limits, 'git fetch --tags origin []');
  }

  async #fetch(limits: Limits, prefix: string): Promise<void> {
    const args = ['fetch', '--quiet', '--no-tags', '--prune', '--no-write-fetch-head', '--end-of-options'];
    await this.run([...args, this.#options.url, ...mirrored], limits, { prefix });
  }

  /** The commit that a name stands for; undefined when there is none. */
  async resolve(name: string): Promise<CommitSha | undefined> {
    const object = await this.#use(() => this.#objects.read(`${name}^{commit}`));
    return object?.type === 'commit' ? (object.id as CommitSha) : undefined;
  }

  async tree(
    revision: CommitSha,
    paths: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly TreeEntry[]> {
    const files = await untilAborted(
      this.#use(() => this.#trees.files(revision)),
      signal,
    );
    const wanted = normalizePaths(paths);
    if (wanted === 'everything') return files;
    return files.filter(({ path }) => wanted.some((root) => path === root || path.startsWith(`${root}/`)));
  }

  /** Tree objects by their ids, or by whatever git takes for a name of one. */
  trees(names: readonly string[]): Promise<readonly TreeObject[]> {
    return this.#use(async () => {
      const objects = await this.#objects.readAll(names);
      return names.map((name, index) => requireTree(objects[index], name));
    });
  }

  async *blobs(ids: Iterable<BlobId>, signal: AbortSignal): AsyncGenerator<Blob, void, undefined> {
    const rest = ids[Symbol.iterator]();
    const ahead: { readonly ids: readonly BlobId[]; readonly contents: Promise<readonly Blob['bytes'][]> }[] =
      [];
    let bytesAhead = 0;
    const ask = () => {
      while (ahead.length < maxGroups && (ahead.length === 0 || bytesAhead < maxBytesAhead)) {
        const group = [...take(rest, groupSize)];
        if (group.length === 0) return;
        const contents = this.#contents(group).then((buffers) => {
          bytesAhead += totalLength(buffers);
          return buffers;
        });
        contents.catch(() => {}); // told when it is this one's turn
        ahead.push({ ids: group, contents });
      }
    };
    this.#users += 1;
    try {
      for (;;) {
        ask();
        const next = ahead.shift();
        if (!next) return;
        const contents = await untilAborted(next.contents, signal);
        bytesAhead -= totalLength(contents);
        for (const [index, bytes] of contents.entries()) {
          yield { id: next.ids[index] as BlobId, bytes };
          signal.throwIfAborted();
        }
      }
    } finally {
      this.#leave();
    }
  }

  async #contents(ids: readonly BlobId[]): Promise<readonly Blob['bytes'][]> {
    const objects = await this.#objects.readAll(ids);
    return objects.map((object, index) => {
      if (object?.type === 'blob') return object.bytes;
      throw new ServerError(`the mirror of the git repository has no blob ${ids[index]}`, {
        help: 'It may have been fetched anew meanwhile; the next try reads the new state.',
      });
    });
  }

  async log(range: LogRange, paths: readonly string[], limits: Limits): Promise<readonly Commit[]> {
    const wanted = normalizePaths(paths);
    if (wanted !== 'everything' && wanted.length === 0) return [];
    const revisions = range.from === undefined ? range.to : `${range.from}..${range.to}`;
    const output = await this.run(
      [
        '--literal-pathspecs',
        'log',
        '--format=%H %s',
        ...(range.firstParent ? ['--first-parent'] : []),
        ...(range.most === undefined ? [] : [`--max-count=${range.most}`]),
        '--end-of-options',
        revisions,
        '--',
        ...(wanted === 'everything' ? [] : wanted),
      ],
      limits,
    );
    return lines(output).map((line) => {
      const space = line.indexOf(' ');
      return { revision: line.slice(0, space) as CommitSha, subject: line.slice(space + 1) };
    });
  }

  async notes(
    ref: string,
    on: ReadonlySet<CommitSha> | undefined,
    limits: Limits,
  ): Promise<ReadonlyMap<CommitSha, string>> {
    const listed = (await untilAborted(this.#noteFiles(ref), limits.signal)).map(({ path, blob }) => ({
      blob,
      // Git spreads them over folders as they become many.
      commit: path.replaceAll('/', '') as CommitSha,
    }));
    const wanted = listed.filter(({ commit }) => on?.has(commit) ?? isObjectId(commit));
    const notes = new Map<CommitSha, string>();
    const inOrder = wanted.values();
    for await (const { bytes } of this.blobs(
      wanted.map(({ blob }) => blob),
      limits.signal,
    )) {
      const { value } = inOrder.next();
      if (value && bytes) notes.set(value.commit, bytes.toString('utf8'));
    }
    return notes;
  }

  #noteFiles(ref: string): Promise<readonly TreeEntry[]> {
    return this.#use(async () => {
      const revision = await this.resolve(ref);
      return revision === undefined ? [] : this.#noteTrees.files(revision);
    });
  }

  /**
   * Pushes exactly these refspecs; `options` are further ones of `git push`. What went through, the mirror
   * has too, as git keeps count of what it knows of a remote.
   */
  async push(
    refspecs: readonly string[],
    limits: Limits,
    prefix?: string,
    options: readonly string[] = [],
  ): Promise<void> {
    const settings = [`url=${this.#options.url}`, ...mirrored.map((refspec) => `fetch=${refspec}`)];
    const args = [
      ...settings.flatMap((setting) => ['-c', `remote.${remoteName}.${setting}`]),
      ...['push', '--quiet', '--no-verify', ...options, '--end-of-options', remoteName],
    ];
    await this.run([...args, ...refspecs], limits, prefix === undefined ? {} : { prefix });
  }

  /** What the remote has under these names, in full. */
  async remoteRefs(refs: readonly string[], limits: Limits): Promise<ReadonlyMap<string, string>> {
    const args = ['ls-remote', '--refs', '--end-of-options', this.url, ...refs];
    return new Map(
      lines(await this.run(args, limits)).map((line) => {
        const [object = '', ref = ''] = line.split('\t');
        return [ref, object];
      }),
    );
  }

  /** Names of tags that start so. */
  async tagNames(start: string, limits: Limits): Promise<readonly string[]> {
    return lines(
      await this.run(['for-each-ref', '--format=%(refname:strip=2)', `refs/tags/${start}*`], limits),
    );
  }

  /**
   * Runs a git command on the mirror, for what has no method here; `folder` names another repository,
   * which lives no longer than the mirror.
   */
  run(
    args: readonly string[],
    { signal, deadline }: Limits,
    extra: Pick<GitCommand, 'prefix' | 'input' | 'env'> & { readonly folder?: string } = {},
  ): Promise<Buffer> {
    const { folder = this.folder, ...rest } = extra;
    const command = { args: ['--git-dir', folder, ...args], deadline, ...rest };
    return this.#use(() => this.#options.git.run(command, signal));
  }

  /** Removes it as soon as nobody uses it any more. */
  retire(): Promise<void> {
    this.#retired = true;
    return this.#users === 0 ? this.#remove() : Promise.resolve();
  }

  async #use<T>(work: () => Promise<T>): Promise<T> {
    this.#users += 1;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.#users -= 1;
    // Nobody waits for this one; what cannot be removed goes with the workspace.
    if (this.#retired && this.#users === 0) this.#remove().catch(() => undefined);
  }

  #remove(): Promise<void> {
    this.#gone ??= this.#objects
      .close()
      .then(() => rm(this.#options.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
    return this.#gone;
  }
}

function* take<T>(from: Iterator<T>, count: number): Generator<T, void, undefined> {
  for (let taken = 0; taken < count; taken += 1) {
    const { value, done } = from.next();
    if (done) return;
    yield value;
  }
}

function totalLength(contents: readonly Blob['bytes'][]): number {
  return contents.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
}

function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function lines(output: Buffer): readonly string[] {
  return output
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
