import { type GitFailure, gitError } from './git-errors.ts';
import { type ProcessGroup, startProcessGroup } from './process-group.ts';

export interface GitCommand {
  readonly args: readonly string[];
  /** What the error starts with, as `git clone --mirror`. */
  readonly prefix?: string;
  readonly input?: Buffer | string;
  /** Besides what every command gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command with a "deadline exceeded". */
  readonly deadline: AbortSignal;
}

/** The one way to run git: no shell, an environment from scratch, bounded in time and output. */
export interface Git {
  /**
   * @returns what git wrote to its standard output
   * @throws {FluxError} in git's words, without passwords; the signal's reason when it was aborted
   */
  run(command: GitCommand, signal: AbortSignal): Promise<Buffer>;
  /** Starts a command that answers as long as it is asked. */
  start(args: readonly string[]): Promise<ProcessGroup>;
}

export interface GitPorts {
  /** Looked up for each command: the keys may have changed. */
  environment(): Promise<Readonly<Record<string, string>>>;
  redact(text: string): string;
}

/** A listing of a big repository fits; more is not what was asked for. */
const maxOutput = 512 * 1024 * 1024;
const maxErrorOutput = 64 * 1024;

export function createGit(ports: GitPorts): Git {
  return {
    async start(args) {
      return startProcessGroup('git', args, { env: await ports.environment(), input: true });
    },

    async run({ args, prefix, input, env, deadline }, signal) {
      signal.throwIfAborted();
      const group = startProcessGroup('git', args, {
        env: { ...(await ports.environment()), ...env },
        input: input !== undefined,
      });
      const stdout = new Output(maxOutput);
      const stderr = new Output(maxErrorOutput);
      group.child.stdout?.on('data', (chunk: Buffer) => {
        if (!stdout.add(chunk)) group.kill();
      });
      group.child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
      group.child.stdin?.end(input);

      const stop = () => group.kill();
      for (const one of [signal, deadline]) one.addEventListener('abort', stop, { once: true });
      if (signal.aborted || deadline.aborted) stop();
      const end = await group.ended;
      for (const one of [signal, deadline]) one.removeEventListener('abort', stop);

      if (end.how === 'exit' && end.code === 0 && !stdout.overflown) return stdout.bytes();
      const late = deadline.aborted || (signal.reason as Error | undefined)?.name === 'TimeoutError';
      if (!late) signal.throwIfAborted();
      const failure: GitFailure = {
        args: args.map(ports.redact),
        output: ports.redact(`${stdout.overflown ? '' : stdout.bytes()}${stderr.bytes()}`),
        end: late ? { how: 'too-late' } : stdout.overflown ? { how: 'too-much' } : end,
      };
      throw gitError(failure, prefix && ports.redact(prefix));
    },
  };
}

/** Collects output up to a limit. */
class Output {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  overflown = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when there was no more room. */
  add(chunk: Buffer): boolean {
    this.overflown ||= this.#length + chunk.length > this.#limit;
    if (this.overflown) return false;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return true;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
