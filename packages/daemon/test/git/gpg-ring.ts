import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export function hasGpg(): boolean {
  try {
    execFileSync('gpg', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed
  }
}

export interface GpgKey {
  /** Its fingerprint. */
  readonly id: string;
  /** Holds it as `gpg --export-secret-keys` writes it. */
  readonly file: string;
}

/** A folder with a key ring, and what makes keys for it. */
export interface GpgRing extends AsyncDisposable {
  readonly folder: string;
  /** In which programs use the ring. */
  readonly env: { readonly PATH: string | undefined; readonly HOME: string; readonly GNUPGHOME: string };
  /** A new key, which is not in the ring yet. */
  newKey(user: string, passphrase?: string): Promise<GpgKey>;
}

export async function createGpgRing(): Promise<GpgRing> {
  const folder = await mkdtemp(join(tmpdir(), 'gpg-'));
  const env = { PATH: process.env.PATH, HOME: folder, GNUPGHOME: join(folder, 'ring') };
  return {
    folder,
    env,
    async newKey(user, passphrase = '') {
      const home = await mkdtemp(join(folder, 'maker-'));
      const file = join(home, 'private.asc');
      const gpg = async (...args: string[]) => {
        const secret = ['--batch', '--pinentry-mode', 'loopback', '--passphrase', passphrase];
        return (await run('gpg', [...secret, ...args], { env: { ...env, GNUPGHOME: home } })).stdout;
      };
      await gpg('--quick-generate-key', user, 'ed25519', 'sign', 'never');
      const id = /^fpr:+([0-9A-F]{40}):/m.exec(await gpg('--list-keys', '--with-colons'))?.[1] ?? '';
      await gpg('--armor', '--output', file, '--export-secret-keys', id);
      await endAgent(home);
      return { id, file };
    },
    async [Symbol.asyncDispose]() {
      await mkdir(env.GNUPGHOME, { recursive: true, mode: 0o700 });
      await endAgent(env.GNUPGHOME);
      await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** gpg starts a program that holds keys, which would outlive the test. */
async function endAgent(home: string): Promise<void> {
  await run('gpgconf', ['--homedir', home, '--kill', 'all']);
}
