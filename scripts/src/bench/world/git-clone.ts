import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GitHost } from '@fluxctl/sandbox/git-host/start-git-host';

const run = promisify(execFile);

/** A clone of a repository on this machine, for what git does by itself. */
export interface GitClone extends AsyncDisposable {
  readonly folder: string;
  git(...args: readonly string[]): Promise<string>;
}

export async function cloneWithGit(
  host: GitHost,
  url: string,
  ...options: readonly string[]
): Promise<GitClone> {
  const home = await mkdtemp(join(tmpdir(), 'bench-git-'));
  const folder = join(home, 'clone');
  const [key, knownHosts] = [join(home, 'key'), join(home, 'known_hosts')];
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  await writeFile(knownHosts, host.knownHosts);
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_SSH_COMMAND: `ssh -F /dev/null -i ${key} -o IdentitiesOnly=yes -o UserKnownHostsFile=${knownHosts}`,
    GIT_AUTHOR_NAME: 'bench',
    GIT_AUTHOR_EMAIL: 'bench@example.com',
    GIT_COMMITTER_NAME: 'bench',
    GIT_COMMITTER_EMAIL: 'bench@example.com',
  };
  const git = async (cwd: string, args: readonly string[]): Promise<string> =>
    (await run('git', args, { cwd, env, maxBuffer: 64 << 20 })).stdout;
  await git(home, ['clone', '--quiet', ...options, url, folder]);
  return {
    folder,
    git: (...args) => git(folder, args),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
