import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fingerprint, PublicSshKey } from '@fluxctl/shared/api/types';
import { errorMessage, ServerError, UserError } from '@fluxctl/shared/errors';
import sshKeygenLite from 'ssh-keygen-lite';
import { untilAborted } from '../waiting/until-aborted.ts';
import { startProcessGroup } from './process-group.ts';

export interface KeyOptions {
  /** `--ssh-keygen-bits`; undefined for what suits the type. */
  readonly bits: number | undefined;
  /** `--ssh-keygen-type`; undefined for RSA, which every git host takes. */
  readonly type: string | undefined;
  /** `--ssh-keygen-format`; undefined for OpenSSH's own. */
  readonly format: string | undefined;
}

/** The environment that ssh-keygen is looked for and run in. */
export type KeygenEnvironment = Readonly<Record<string, string | undefined>>;

/** Making a key of many bits takes long on a small machine, in ms. */
const timeoutMs = 60_000;

/** ssh-keygen-lite always sends `-b`, and ssh-keygen refuses sizes that do not suit the type. */
const usualBits: Readonly<Record<string, number>> = { rsa: 3072, ecdsa: 256, dsa: 1024 };

// The package's types speak of a default export; what it exports is the function itself.
const generate = sshKeygenLite as unknown as (typeof sshKeygenLite)['default'];

/**
 * Makes a key pair without a passphrase.
 * @param folder - private, and empty; the key is left in it, as `identity`
 * @returns the private key
 * @throws {UserError} when ssh-keygen does not like the options
 */
export async function generateKeyPair(
  folder: string,
  options: KeyOptions,
  signal: AbortSignal,
): Promise<Buffer> {
  const type = options.type ?? 'rsa';
  const location = join(folder, 'identity');
  // The package knows fewer words than ssh-keygen; what is wrong is told by ssh-keygen.
  const words = {
    location,
    type,
    size: String(options.bits ?? usualBits[type] ?? 256),
    format: options.format ?? 'RFC4716',
    comment: '',
    // It would give the private key as a string without its last newline.
    read: false,
  } as Parameters<typeof generate>[0];
  try {
    await untilAborted(generate(words), AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
  } catch (cause) {
    signal.throwIfAborted();
    throw new UserError(`generating an SSH key: ssh-keygen: ${errorMessage(cause).trim()}`, {
      help: 'Do --ssh-keygen-type, --ssh-keygen-bits and --ssh-keygen-format go together, and is ssh-keygen installed?',
      cause,
    });
  }
  return readFile(location);
}

/** The public key that belongs to a private one, with its fingerprints. */
export async function describeKey(
  privateKeyFile: string,
  env: KeygenEnvironment,
  signal: AbortSignal,
): Promise<PublicSshKey> {
  const line = (await sshKeygen(['-y', '-P', '', '-f', privateKeyFile], env, signal)).trim();
  const fingerprint = async (algorithm: string) =>
    parseFingerprint(await sshKeygen(['-l', '-v', '-E', algorithm, '-f', '-'], env, signal, `${line}\n`));
  const [md5, sha256] = await Promise.all([fingerprint('md5'), fingerprint('sha256')]);
  return { key: `${line}\n`, fingerprints: { md5, sha256 } };
}

/** Reads `BITS ALGORITHM:HASH COMMENT (TYPE)` and the picture below it. */
export function parseFingerprint(text: string): Fingerprint {
  const newline = text.indexOf('\n');
  const hash = /^\d+ [A-Z0-9]+:(\S+)/.exec(text)?.[1];
  if (hash === undefined) throw new ServerError('ssh-keygen printed no fingerprint');
  return { hash, randomart: text.slice(newline + 1) };
}

async function sshKeygen(
  args: readonly string[],
  env: KeygenEnvironment,
  signal: AbortSignal,
  input?: string,
): Promise<string> {
  const group = startProcessGroup('ssh-keygen', args, {
    env: { ...(env.PATH === undefined ? {} : { PATH: env.PATH }), LC_ALL: 'C' },
    input: input !== undefined,
  });
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const stop = () => group.kill();
  limit.addEventListener('abort', stop, { once: true });
  let out = '';
  let said = '';
  group.child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  group.child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  group.child.stdin?.end(input);
  const end = await group.ended;
  limit.removeEventListener('abort', stop);
  signal.throwIfAborted();
  if (end.how === 'exit' && end.code === 0) return out;
  const why = end.how === 'not-started' ? end.error.message : said.trim();
  throw new UserError(`reading the SSH key: ssh-keygen: ${why}`, {
    help: 'The key must be a private key in a form that OpenSSH reads, without a passphrase.',
  });
}
