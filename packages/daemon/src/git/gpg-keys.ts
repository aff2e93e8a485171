import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../log/logger.ts';
import { gitEnvironment } from './git-environment.ts';
import { startProcessGroup } from './process-group.ts';

export interface GpgPorts {
  /** The daemon's environment: keys go into GNUPGHOME, or where gpg keeps them by default. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** For one file, in ms; gpg starts its agent first. */
const timeoutMs = 30_000;

/**
 * Imports keys for the git room's programs, so that they can sign. A path is a file, or a folder whose
 * files are all imported (a mounted secret: links to files count, folders in it do not).
 * What cannot be imported is told, and does not stop the daemon.
 */
export async function importGpgKeys(
  paths: readonly string[],
  { env, log }: GpgPorts,
  signal: AbortSignal,
): Promise<void> {
  const { GNUPGHOME: home } = env;
  // gpg makes its own folder, but not one that it was given.
  if (paths.length > 0 && home) await mkdir(home, { recursive: true, mode: 0o700 }).catch(() => undefined);
  for (const path of paths) {
    const { imported, problem } = await importPath(path, env, signal);
    if (signal.aborted) return;
    if (problem) log.log({ error: `failed to import GPG key(s) from ${path}`, ...problem });
    if (imported.length > 0) {
      log.log({ info: `imported GPG key(s) from ${path}`, files: `[${imported.join(' ')}]` });
    }
  }
}

interface Outcome {
  readonly imported: readonly string[];
  /** `help` is what gpg said. */
  readonly problem?: { readonly err: string; readonly help?: string };
}

async function importPath(path: string, env: GpgPorts['env'], signal: AbortSignal): Promise<Outcome> {
  const files = await keyFiles(path).catch((error: NodeJS.ErrnoException) => error);
  if (files instanceof Error) {
    const why = files.code === 'ENOENT' ? 'no such file or directory' : files.message;
    return { imported: [], problem: { err: `stat ${path}: ${why}` } };
  }
  const imported: string[] = [];
  const failed = new Map<string, string>();
  for (const file of files) {
    if (signal.aborted) break;
    const said = await importFile(file, env, signal);
    if (said === undefined) imported.push(file);
    else failed.set(file, said);
  }
  if (failed.size === 0) return { imported };
  const err = `errored importing keys: [${[...failed.keys()].join(' ')}]`;
  return { imported, problem: { err, help: [...new Set(failed.values())].join('; ') } };
}

async function keyFiles(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const all = (await readdir(path)).toSorted().map((name) => join(path, name));
  const kinds = await Promise.all(all.map((file) => stat(file).catch(() => undefined)));
  return all.filter((_, index) => kinds[index]?.isFile());
}

/** What gpg says when it fails. */
async function importFile(
  file: string,
  env: GpgPorts['env'],
  signal: AbortSignal,
): Promise<string | undefined> {
  const group = startProcessGroup('gpg', ['--batch', '--no-tty', '--import', '--', file], {
    env: gitEnvironment(env, undefined),
    input: false,
  });
  const said: Buffer[] = [];
  group.child.stdout?.resume();
  group.child.stderr?.on('data', (chunk: Buffer) => said.push(chunk));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const stop = () => group.kill();
  limit.addEventListener('abort', stop, { once: true });
  const end = await group.ended;
  limit.removeEventListener('abort', stop);
  if (end.how === 'exit' && end.code === 0) return undefined;
  if (end.how === 'not-started') {
    return `gpg could not be started; it must be installed where fluxd runs (${end.error.message})`;
  }
  const words = Buffer.concat(said).toString().trim().split('\n').join('; ');
  return words || (end.how === 'exit' ? `gpg: exit status ${end.code}` : `gpg: signal ${end.signal}`);
}
