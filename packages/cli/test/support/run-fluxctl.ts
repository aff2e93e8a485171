import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
}

export interface RunOptions {
  /** On top of an environment that knows no cluster, no daemon and no colours. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Flags of Node.js itself. */
  readonly nodeFlags?: readonly string[];
  /** What stands on stdin; without it there is none. */
  readonly input?: string;
  /** Sends Ctrl-C's signal as soon as this is done. */
  readonly interruptAfter?: Promise<unknown>;
}

export const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** An environment in which nothing of the machine's owner is found. */
export function sealedEnv(home: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: home, TZ: 'UTC', NO_COLOR: '1', GIT_CONFIG_NOSYSTEM: '1' };
}

/** Runs the real program in a process of its own. */
export async function runFluxctl(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const home = await mkdtemp(join(tmpdir(), 'fluxctl-home-'));
  try {
    const child = spawn(process.execPath, [...(options.nodeFlags ?? []), entry, ...args], {
      cwd: options.cwd ?? home,
      env: { ...sealedEnv(home), ...options.env },
      stdio: 'pipe',
    });
    child.stdin.on('error', () => undefined); // It need not be read.
    child.stdin.end(options.input);
    void options.interruptAfter?.then(() => child.kill('SIGINT'));
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { stdout, stderr, code };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The line behind every error that is not the daemon's own. */
export function hint(command?: string): string {
  return `Run '${['fluxctl', command].filter(Boolean).join(' ')} --help' for usage.\n`;
}
