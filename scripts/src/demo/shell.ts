import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Screen } from './screen.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs commands as a user types them. */
export interface Shell {
  /** Shows the command, runs it, shows what it writes, and goes on when it has ended well. */
  type(command: string): Promise<CommandResult>;
  /** The same, shown or not, whatever the exit code; what it writes is only returned. */
  ask(command: string): Promise<CommandResult>;
}

export interface ShellOptions {
  readonly screen: Screen;
  /** Of the commands; with a PATH on which our programs are. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Kills what runs. */
  readonly signal: AbortSignal;
}

/** A command that was to end well, and did not. */
export class CommandFailedError extends Error {
  override readonly name = 'CommandFailedError';
}

export function createShell({ screen, env, folder, signal }: ShellOptions): Shell {
  const run = async (command: string, show: boolean): Promise<CommandResult> => {
    signal.throwIfAborted();
    const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const lines = [child.stdout, child.stderr].map((stream) =>
      collect(stream, show ? screen.output : undefined),
    );
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => resolve(exitCode ?? 1));
    });
    const [stdout = '', stderr = ''] = await Promise.all(lines);
    return { code, stdout, stderr };
  };
  return {
    async type(command) {
      screen.command(command);
      const result = await run(command.replaceAll(' \\\n', ' '), true);
      if (result.code !== 0) throw new CommandFailedError(`exit code ${result.code}`);
      return result;
    },
    ask: (command) => run(command, false),
  };
}

async function collect(stream: Readable, show: ((line: string) => void) | undefined): Promise<string> {
  let text = '';
  for await (const line of createInterface({ input: stream })) {
    text += `${line}\n`;
    show?.(line);
  }
  return text;
}
