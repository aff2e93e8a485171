import type { ApiClient } from '@fluxctl/shared/api/client';
import type { FlagTable, FlagValues } from '@fluxctl/shared/flags/flag';
import type { Console } from '../menu/console.ts';
import type { Terminal } from '../output/terminal.ts';

/** What a command is given to work with. */
export interface CommandContext {
  /** All commands. */
  readonly commands: readonly Command[];
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** The kubeconfig context that was asked for; empty: the current one. */
  readonly kubeContext: string;
  /** All of stdin, as text. */
  readonly readStdin: () => Promise<string>;
  /** Takes the terminal, for a menu. @throws {UserError} when there is none */
  readonly openConsole: () => Promise<Console>;
  /** The limit of each phase of waiting. */
  readonly timeoutMs: () => number;
  /** Finds the daemon, by port-forward if need be; the connection ends with the command. */
  readonly connect: () => Promise<ApiClient>;
}

/** What stands on the command line behind a command's name. */
export interface Invocation<T extends FlagTable> {
  readonly flags: FlagValues<T>;
  /** The flags that stand on the command line: `--user=` is not the same as no `--user`. */
  readonly given: ReadonlySet<string>;
  readonly args: readonly string[];
}

/**
 * One command: its row in the help and the docs, its flags, and what it does. Whatever takes long to
 * load is imported inside of `run`.
 */
export interface Command<T extends FlagTable = FlagTable> {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** For machines: not in the help. */
  readonly hidden?: true;
  /** Half a line. */
  readonly summary: string;
  /** Further paragraphs of the help. */
  readonly details?: string;
  /** Command lines to copy. */
  readonly examples?: readonly string[];
  /** What arguments it takes, as the help shows them; a command without it takes none. */
  readonly usage?: string;
  readonly flags: T;
  /** By the flag's name: what its value could be, for completion. What ends in `=` or `.` goes on. */
  readonly values?: Readonly<Record<string, readonly string[]>>;
  /** Looked at before everything else. @throws {UserError} for flags that do not go together */
  refuse?(flags: FlagValues<T>): void;
  /** Fails by throwing. */
  run(invocation: Invocation<T>, context: CommandContext): Promise<void>;
}

/** Lets the types of the flags flow into `run`, and forgets them: commands are kept in one list. */
export function defineCommand<const T extends FlagTable>(command: Command<T>): Command {
  return command as unknown as Command;
}
