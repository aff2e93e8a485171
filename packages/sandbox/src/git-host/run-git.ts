import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';

/** Git's configuration and words must not depend on the machine. */
export const sealedGitEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
  HOME: tmpdir(),
  LC_ALL: 'C',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};

/**
 * Runs git on the host's side of a repository.
 * @throws {Error} with what git said, when it fails
 */
export function runGit(
  repository: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['--git-dir', repository, ...args], {
      env: sealedGitEnvironment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else
        reject(new Error(`git ${args.join(' ')}: ${Buffer.concat(err).toString() || `exit status ${code}`}`));
    });
    // Git may end before it has read everything; its exit status tells what matters.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
