import { join } from 'node:path';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { isHttpUrl, safeGitUrl } from '@fluxctl/shared/git/git-url';
import { untilAborted } from '../waiting/until-aborted.ts';
import { checkWrite } from './check-write.ts';
import { gitEnvironment } from './git-environment.ts';
import { blamesRemote } from './git-errors.ts';
import type { Identity } from './identity.ts';
import { makeCommit } from './make-commit.ts';
import { makeTag } from './make-tag.ts';
import { type Limits, Mirror, type MirrorOptions } from './mirror.ts';
import { type HostAbilities, publishCommit } from './publish-commit.ts';
import { createRedactor } from './redact.ts';
import type {
  BlobId,
  Commit,
  CommitSha,
  LogRange,
  NewCommit,
  Repository,
  RepositoryStatus,
} from './repository.ts';
import { createGit } from './run-git.ts';
import { createSshClient, type SshFiles } from './ssh-client.ts';
import { Turns } from './turns.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

export interface RepositoryConfig {
  /** As configured, with its password; empty for none. */
  readonly url: string;
  readonly branch: string;
  readonly readonly: boolean;
  /** Name and email of the committer and tagger. */
  readonly user: string;
  readonly email: string;
  /** Of GPG, for commits and tags; none: nothing is signed. */
  readonly signingKey?: string;
  /** Goes behind the message of every commit, verbatim. */
  readonly messageSuffix?: string;
  /** Wait between looks at the remote, in ms. */
  readonly pollIntervalMs: number;
  /** Limit of an operation, in ms. */
  readonly timeoutMs: number;
  /** Wait after a failure, in ms; Flux v1 waits 10 s. */
  readonly retryMs?: number;
  /** Where the mirror goes. */
  readonly tempFolder: string;
  readonly ssh: SshFiles;
  /** The daemon's environment, of which git gets a part. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface RepositoryPorts {
  /** Private keys to try, best first; asked for before each connection. */
  identityFiles(): readonly string[];
  now(): Date;
  /** `count` random digits in hexadecimal. */
  randomHex(count: number): string;
}

const notCloned = 'git repo has not been cloned yet';
const notChecked = 'git repo has been cloned but not yet checked for write access';
const noConfig = 'git repo does not have valid config';
/** What a timer can wait, in ms; more would make it fire at once. */
const longestTimer = 2 ** 31 - 1;

/** Nothing is fetched before `run`. */
export async function openRepository(config: RepositoryConfig, ports: RepositoryPorts): Promise<Repository> {
  const workspace = config.url === '' ? undefined : await openWorkspace(config.tempFolder);
  return new MirroredRepository(config, ports, workspace);
}

class MirroredRepository implements Repository {
  readonly safeUrl: string;
  readonly branch: string;
  readonly #config: RepositoryConfig;
  readonly #ports: RepositoryPorts;
  readonly #workspace: Workspace | undefined;
  readonly #mirrorOptions: Omit<MirrorOptions, 'folder'>;
  readonly #host: HostAbilities = { atomicPush: true };
  /** What changes refs, here or there, goes one after the other. */
  readonly #turns = new Turns();
  readonly #refreshed: (() => void)[] = [];
  readonly #statusChanged: ((status: RepositoryStatus) => void)[] = [];
  #status: RepositoryStatus;
  #mirror: Mirror | undefined;
  #mirrorsMade = 0;
  /** The mirror itself may be broken: the next step makes a new one. */
  #mirrorDoubted = false;
  #noticed = false;
  #wake: (() => void) | undefined;

  constructor(config: RepositoryConfig, ports: RepositoryPorts, workspace: Workspace | undefined) {
    this.#config = config;
    this.#ports = ports;
    this.#workspace = workspace;
    this.safeUrl = safeGitUrl(config.url);
    this.branch = config.branch;
    this.#status = { state: workspace ? 'new' : 'unconfigured', error: notCloned };
    const ssh =
      workspace && !isHttpUrl(config.url)
        ? createSshClient(join(workspace.path, 'ssh'), config.ssh, () => ports.identityFiles())
        : undefined;
    const git = createGit({
      environment: async () => gitEnvironment(config.env, await ssh?.command()),
      redact: createRedactor(config.url),
    });
    this.#mirrorOptions = { git, url: config.url, branch: config.branch, timeoutMs: config.timeoutMs };
  }

  get status(): RepositoryStatus {
    return this.#status;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const goOn = await this.#step(signal);
      if (goOn) continue;
      const { state } = this.#status;
      if (state === 'unconfigured') await this.#pause(undefined, signal);
      else await this.#pause(state === 'ready' ? this.#config.pollIntervalMs : this.#retryMs, signal);
    }
  }

  notify(): void {
    this.#noticed = true;
    this.#wake?.();
  }

  async refresh(signal: AbortSignal): Promise<void> {
    const mirror = this.#requireMirror();
    await this.#inTurn(signal, (limits) => mirror.fetch(limits));
    this.#tellRefreshed();
  }

  onRefreshed(listener: () => void): void {
    this.#refreshed.push(listener);
  }

  onStatus(listener: (status: RepositoryStatus) => void): void {
    this.#statusChanged.push(listener);
  }

  requireReady(): void {
    const { state, error } = this.#status;
    if (state === 'unconfigured') {
      throw new UserError(noConfig, { help: 'Give the address of the repository with --git-url.' });
    }
    if (state !== 'ready') throw this.#notReady(error);
  }

  async head(signal: AbortSignal): Promise<CommitSha> {
    const head = await this.resolve(`refs/heads/${this.branch}`, signal);
    if (head === undefined) throw this.#noBranch();
    return head;
  }

  async resolve(name: string, signal: AbortSignal): Promise<CommitSha | undefined> {
    return untilAborted(this.#requireMirror().resolve(name), signal);
  }

  async tagged(tag: string, signal: AbortSignal): Promise<CommitSha | undefined> {
    return this.resolve(`refs/tags/${tag}`, signal);
  }

  async tree(revision: CommitSha, paths: readonly string[], signal: AbortSignal) {
    return this.#requireMirror().tree(revision, paths, signal);
  }

  blobs(ids: Iterable<BlobId>, signal: AbortSignal) {
    return this.#requireMirror().blobs(ids, signal);
  }

  log(range: LogRange, paths: readonly string[], signal: AbortSignal): Promise<readonly Commit[]> {
    return this.#reading((mirror, limits) => mirror.log(range, paths, limits), signal);
  }

  notes(ref: string, signal: AbortSignal, on?: ReadonlySet<CommitSha>) {
    return this.#reading((mirror, limits) => mirror.notes(ref, on, limits), signal);
  }

  async moveTag(name: string, revision: CommitSha, message: string, signal: AbortSignal): Promise<void> {
    if (this.#config.readonly) {
      throw new UserError(`moving tag ${name}: the git repo is read-only`, {
        help: 'fluxd runs with --git-readonly, and does not write to git.',
      });
    }
    const mirror = this.#requireMirror();
    const ref = `refs/tags/${name}`;
    await this.#turns.take(signal, async () => {
      const { signingKey = '' } = this.#config;
      const tag = { name, revision, message };
      const object = await makeTag(mirror, tag, this.#self(), signingKey, this.#limits(signal));
      await mirror.push([`+${object}:${ref}`], this.#limits(signal), 'pushing tag to origin');
    });
  }

  async makeCommit(commit: NewCommit, signal: AbortSignal): Promise<CommitSha> {
    this.#requireWritable();
    const { signingKey = '', messageSuffix = '' } = this.#config;
    const style = { signingKey, messageSuffix };
    return this.#reading((mirror, limits) => makeCommit(mirror, commit, this.#self(), style, limits), signal);
  }

  async publish(
    revision: CommitSha,
    note: { readonly ref: string; readonly text: string },
    signal: AbortSignal,
  ): Promise<void> {
    this.#requireWritable();
    const mirror = this.#requireMirror();
    const shown = await this.#turns.take(signal, () => {
      const publication = { branch: this.branch, revision, note, by: this.#self() };
      return publishCommit(mirror, publication, this.#host, () => this.#limits(signal));
    });
    if (shown) this.#tellRefreshed();
    else this.notify();
  }

  #requireWritable(): void {
    if (!this.#config.readonly) return;
    throw new UserError('cannot make a working clone of a read-only git repo', {
      help: 'fluxd runs with --git-readonly, and does not write to git.',
    });
  }

  #self(): Identity {
    const { user, email } = this.#config;
    return { user, email, when: this.#ports.now() };
  }

  async close(): Promise<void> {
    const mirror = this.#mirror;
    this.#mirror = undefined;
    await mirror?.retire();
    await this.#workspace?.close();
  }

  /** One step towards `ready`, or one look at the remote. True when the next may follow at once. */
  async #step(signal: AbortSignal): Promise<boolean> {
    this.#noticed = false;
    try {
      switch (this.#status.state) {
        case 'unconfigured':
          return false;
        case 'new':
        case 'unreachable':
          // One deadline for all of a step; what was fetched just now need not be fetched again.
          await this.#inTurn(signal, async (limits) => {
            await this.#cloneOrFetch(limits);
            this.#setStatus({ state: 'cloned', error: notChecked });
            await this.#check(limits);
          });
          break;
        case 'cloned':
        case 'ready':
          await this.#inTurn(signal, async (limits) => {
            await this.#fetch(limits);
            await this.#check(limits);
          });
          break;
        default:
          return this.#status.state satisfies never;
      }
    } catch (error) {
      if (signal.aborted) return false;
      return this.#stepFailed(error);
    }
    this.#tellRefreshed();
    return false;
  }

  #stepFailed(error: unknown): boolean {
    const message = errorMessage(error);
    const { state } = this.#status;
    if (error instanceof CheckError || (state === 'cloned' && !this.#mirrorDoubted)) {
      this.#setStatus({ state: 'cloned', error: message });
      return false;
    }
    const unreachable = /could not resolve hostname/i.test(message);
    this.#setStatus({ state: unreachable ? 'unreachable' : 'new', error: message });
    // The first failure is followed by another try at once, in a new mirror where this one is to blame.
    return state === 'ready' || state === 'cloned';
  }

  async #cloneOrFetch(limits: Limits): Promise<void> {
    if (this.#mirror && !this.#mirrorDoubted) return this.#fetch(limits);
    if (!this.#workspace) throw new UserError(noConfig);
    this.#mirrorsMade += 1;
    const folder = join(this.#workspace.path, `mirror-${this.#mirrorsMade}`);
    const fresh = await Mirror.clone({ ...this.#mirrorOptions, folder }, limits);
    const old = this.#mirror;
    this.#mirror = fresh;
    this.#mirrorDoubted = false;
    await old?.retire();
  }

  async #fetch(limits: Limits): Promise<void> {
    try {
      await this.#requireMirror().fetch(limits);
    } catch (error) {
      if (!limits.signal.aborted && !blamesRemote(error)) this.#mirrorDoubted = true;
      throw error;
    }
  }

  /** After a fetch: is the branch there, and may we write? */
  async #check(limits: Limits): Promise<void> {
    const mirror = this.#requireMirror();
    const head = await mirror.resolve(`refs/heads/${this.branch}`);
    if (head === undefined) throw new CheckError(this.#noBranch());
    if (this.#status.state !== 'ready') {
      if (!this.#config.readonly) await checkWrite(mirror, head, this.#ports.randomHex(10), limits);
      this.#setStatus({ state: 'ready', error: '' });
    }
  }

  /** Waits for a notification, the time or the end; for ever when `ms` is undefined. */
  async #pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    if (this.#noticed || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = ms === undefined ? undefined : setTimeout(resolve, Math.min(ms, longestTimer));
    try {
      await untilAborted(promise, signal).catch(() => undefined); // the end is seen by the caller
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }

  get #retryMs(): number {
    return this.#config.retryMs ?? 10_000;
  }

  /** Does work that changes refs; its time counts from when it is its turn. */
  #inTurn<T>(signal: AbortSignal, work: (limits: Limits) => Promise<T>): Promise<T> {
    return this.#turns.take(signal, () => work(this.#limits(signal)));
  }

  #limits(signal: AbortSignal): Limits {
    return { signal, deadline: AbortSignal.timeout(this.#config.timeoutMs) };
  }

  async #reading<T>(work: (mirror: Mirror, limits: Limits) => Promise<T>, signal: AbortSignal): Promise<T> {
    return work(this.#requireMirror(), this.#limits(signal));
  }

  #requireMirror(): Mirror {
    if (this.#mirror) return this.#mirror;
    if (this.#status.state === 'unconfigured') throw new UserError(noConfig);
    throw this.#notReady(this.#status.error);
  }

  #notReady(error: string): UserError {
    return new UserError(`git repo not ready: ${error}`, {
      help: 'fluxd keeps trying. `fluxctl identity` prints the key that the git host must accept, with write access.',
    });
  }

  #noBranch(): UserError {
    return new UserError(`configured branch '${this.branch}' does not exist`, {
      help: 'Push the branch, or name another with --git-branch.',
    });
  }

  #setStatus(status: RepositoryStatus): void {
    if (status.state === this.#status.state && status.error === this.#status.error) return;
    this.#status = status;
    for (const listener of this.#statusChanged) listener(status);
  }

  #tellRefreshed(): void {
    for (const listener of this.#refreshed) listener();
  }
}

/** The mirror is good; what is wrong is what it shows. */
class CheckError extends UserError {
  constructor(cause: UserError) {
    super(cause.message, { help: cause.help, cause });
  }
}
