import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { HostedRepository } from '@fluxctl/sandbox/git-host/hosted-repository';
import { sampleRepository } from '@fluxctl/sandbox/git-host/sample-repository';
import { type GitHost, startGitHost } from '@fluxctl/sandbox/git-host/start-git-host';
import { openRepository, type RepositoryConfig } from '../../src/git/open-repository.ts';
import type { CommitSha, Repository, RepositoryState } from '../../src/git/repository.ts';

const run = promisify(execFile);

/** A git host with a repository, a deploy key that it does not know yet, and a place for mirrors. */
export interface GitWorld extends AsyncDisposable {
  readonly host: GitHost;
  readonly remote: HostedRepository;
  readonly folder: string;
  /** Where mirrors go. */
  readonly temp: string;
  readonly publicKey: string;
  /** A repository that is not running yet; it is closed with the world. */
  open(change?: Partial<RepositoryConfig>, identityFiles?: () => readonly string[]): Promise<Repository>;
  /** A repository that runs until the world is closed. */
  follow(change?: Partial<RepositoryConfig>, identityFiles?: () => readonly string[]): Promise<Repository>;
  readonly signal: AbortSignal;
  /** Ends what `follow` started; then the signal is aborted. */
  stopFollowing(): Promise<void>;
}

export async function createGitWorld(files = sampleRepository): Promise<GitWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'git-world-'));
  const temp = await mkdtemp(join(folder, 'temp-'));
  const identity = join(folder, 'identity');
  const [host] = await Promise.all([
    startGitHost(),
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', identity]),
  ]);
  const remote = await host.createRepository('sam/flux-demo', files);
  const knownHosts = join(folder, 'known_hosts');
  await writeFile(knownHosts, host.knownHosts);
  const stopping = new AbortController();
  const opened: Repository[] = [];
  const running: Promise<void>[] = [];

  async function open(
    change: Partial<RepositoryConfig> = {},
    identityFiles: () => readonly string[] = () => [identity],
  ): Promise<Repository> {
    const repository = await openRepository(
      {
        url: remote.url,
        branch: 'master',
        readonly: false,
        user: 'Weave Flux',
        email: 'support@weave.works',
        pollIntervalMs: 60_000,
        timeoutMs: 20_000,
        retryMs: 50,
        tempFolder: temp,
        ssh: { config: [], knownHosts: [knownHosts] },
        env: { PATH: process.env.PATH, HOME: folder },
        ...change,
      },
      {
        identityFiles,
        now: () => new Date(),
        randomHex: (count) => randomBytes(count).toString('hex').slice(0, count),
      },
    );
    opened.push(repository);
    return repository;
  }

  async function stopFollowing() {
    stopping.abort();
    await Promise.all(running);
  }

  return {
    host,
    remote,
    folder,
    temp,
    publicKey: await readFile(`${identity}.pub`, 'utf8'),
    open,
    async follow(change, identityFiles) {
      const repository = await open(change, identityFiles);
      running.push(repository.run(stopping.signal));
      return repository;
    },
    signal: stopping.signal,
    stopFollowing,
    async [Symbol.asyncDispose]() {
      await stopFollowing();
      await Promise.all(opened.map((repository) => repository.close()));
      await host.stop();
      await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Resolves when the repository is in the state, and its error is or matches the text. */
export function untilState(
  repository: Repository,
  state: RepositoryState,
  error?: string | RegExp,
): Promise<void> {
  return until(
    () => {
      const { status } = repository;
      const fits = typeof error === 'string' ? status.error === error : error?.test(status.error);
      return status.state === state && (error === undefined || fits === true);
    },
    `state ${state} ${error ?? ''}`,
    () => JSON.stringify(repository.status),
  );
}

/** Looks again and again, for 15 s at most. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  seen: () => string = () => '',
): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}; ${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Counts how often a listener is called. */
export function countRefreshes(repository: Repository): { readonly count: number } {
  const seen = { count: 0 };
  repository.onRefreshed(() => {
    seen.count += 1;
  });
  return seen;
}

/** What a file holds at a revision; undefined when there is none. */
export async function textAt(
  repository: Repository,
  revision: CommitSha,
  path: string,
): Promise<string | undefined> {
  const { signal } = new AbortController();
  const [entry] = await repository.tree(revision, [path], signal);
  if (!entry) return undefined;
  for await (const { bytes } of repository.blobs([entry.blob], signal)) return bytes?.toString();
  return undefined;
}
