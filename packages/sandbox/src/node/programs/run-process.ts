import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Exit, RunningProgram } from './program.ts';

export interface ProcessStart {
  readonly program: string;
  readonly args: readonly string[];
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly write: (output: Buffer) => void;
  readonly port: (containerPort: number) => number | undefined;
}

/** Starts a process in a group of its own; killing it kills its children too. */
export async function runProcess(start: ProcessStart): Promise<RunningProgram> {
  const child = spawn(start.program, start.args, {
    cwd: start.folder,
    env: start.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdout.on('data', start.write);
  child.stderr.on('data', start.write);
  const ended = new Promise<Exit>((resolve) => {
    // `close` comes when its output has ended too, which a grandchild may hold open: hence both.
    child.once('exit', (code, name) => {
      const signal = name === null ? undefined : constants.signals[name];
      const exit = signal === undefined ? { code: code ?? 0 } : { code: 128 + signal, signal };
      const late = setTimeout(() => resolve(exit), lastOutputMs);
      child.once('close', () => {
        clearTimeout(late);
        resolve(exit);
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const { pid } = child;
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (pid !== undefined) process.kill(-pid, signal);
    } catch (error) {
      // Nobody of the group is left.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  // What it leaves behind goes with it, as with a container.
  void ended.then(() => signalGroup('SIGKILL'));
  return {
    pid,
    port: start.port,
    probes: 'asked',
    ended,
    // Only the process itself, as in a container: its children are its own business.
    terminate: () => void child.kill('SIGTERM'),
    kill: () => signalGroup('SIGKILL'),
  };
}

/** How long output is awaited after the process itself has ended, in ms. */
const lastOutputMs = 500;
