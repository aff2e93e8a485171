import { type ChildProcess, spawn } from 'node:child_process';

/** Time that processes have to remove their lock files before they are killed, in ms. */
const graceMs = 2_000;

export interface GroupOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether something is written to standard input; else it is closed. */
  readonly input: boolean;
}

/** A program with all that it starts (git starts ssh): they are ended together. */
export interface ProcessGroup {
  readonly child: ChildProcess;
  /** Resolves when the program has ended and its output is complete. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks all to end, and makes them a little later. */
  kill(): void;
}

export type ProcessEnd =
  | { readonly how: 'exit'; readonly code: number }
  | { readonly how: 'signal'; readonly signal: string }
  | { readonly how: 'not-started'; readonly error: Error };

/** Starts a program without a shell, in a process group and session of its own: no terminal to ask on. */
export function startProcessGroup(
  program: string,
  args: readonly string[],
  options: GroupOptions,
): ProcessGroup {
  const child = spawn(program, args, {
    env: { ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: [options.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    detached: true,
  });
  // A program that ends early does not read on; how it ended tells what matters.
  child.stdin?.on('error', () => {});

  let killTimer: NodeJS.Timeout | undefined;
  let over = false;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on('error', (error) => {
      // Only its message: the error itself holds the arguments, which may hold a password.
      if (child.pid === undefined) resolve({ how: 'not-started', error: new Error(error.message) });
    });
    child.on('close', (code, signal) => {
      over = true;
      clearTimeout(killTimer);
      resolve(code === null ? { how: 'signal', signal: signal ?? 'unknown' } : { how: 'exit', code });
    });
  });

  return {
    child,
    ended,
    kill() {
      if (over || killTimer !== undefined) return;
      signalGroup(child.pid, 'SIGTERM');
      killTimer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
    },
  };
}

function signalGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // All of them have ended by themselves.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
