import { UserError } from '@fluxctl/shared/errors';
import { type ParsedFlags, parseFlags } from '@fluxctl/shared/flags/parse-flags';
import type { Command, CommandContext } from './commands/command.ts';
import { commands } from './commands/commands.ts';
import type { Connection } from './connect/open-connection.ts';
import { commandNamed, findCommandName } from './find-command.ts';
import { type GlobalFlags, globalFlags } from './global-flags.ts';
import { helpText } from './help-text.ts';
import type { Terminal } from './output/terminal.ts';
import { reportError } from './report-error.ts';
import { readSettings, type Settings } from './settings.ts';
import { unknownCommand } from './unknown-command.ts';

export interface World {
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly readStdin: CommandContext['readStdin'];
  readonly openConsole: CommandContext['openConsole'];
}

/**
 * Does what a command line says.
 * @param argv - without the program's own name
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[], world: World): Promise<number> {
  const { name, rest } = findCommandName(globalFlags, argv);
  const command = name === undefined ? undefined : commandNamed(commands, name);
  try {
    if (name !== undefined && !command) throw unknownCommand(commands, name);
    await runCommand(command, rest, world);
    return 0;
  } catch (error) {
    if (!world.signal.aborted) {
      await reportError(error, command ? `fluxctl ${command.name}` : 'fluxctl', world.err);
    }
    return 1;
  }
}

async function runCommand(
  command: Command | undefined,
  words: readonly string[],
  world: World,
): Promise<void> {
  // What is to be completed is half a command line: its flags are not ours to read.
  const unread = command?.hidden === true;
  const parsed = parseFlags({ ...globalFlags, ...command?.flags }, unread ? [] : words);
  for (const line of parsed.deprecations) world.err.line(line);
  const [problem] = parsed.problems;
  if (problem !== undefined) throw new UserError(problem);
  if (parsed.values.help || !command) return world.out.write(await helpText(commands, command?.name));
  command.refuse?.(parsed.values);
  const args = unread ? words : parsed.positionals;
  if (args.length > 0 && command.usage === undefined) throw new UserError('expected no (non-flag) arguments');

  const connections: Connection[] = [];
  const context = commandContext(world, parsed, connections);
  const { buildProgram } = await import('./program.ts');
  const program = buildProgram(commands, (chosen, chosenArgs) =>
    chosen.run({ flags: parsed.values, given: parsed.given, args: chosenArgs }, context),
  );
  try {
    await program.parseAsync([command.name, '--', ...args], { from: 'user' });
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** @param connections - is filled with what must be closed at the end */
function commandContext(
  world: World,
  parsed: Pick<ParsedFlags<GlobalFlags>, 'values' | 'given'>,
  connections: Connection[],
): CommandContext {
  const settings = (): Settings => readSettings(parsed, world.env);
  return {
    ...world,
    commands,
    kubeContext: parsed.values.context,
    timeoutMs: () => settings().timeoutMs,
    async connect() {
      const [{ createApiClient }, { openConnection }] = await Promise.all([
        import('@fluxctl/shared/api/client'),
        import('./connect/open-connection.ts'),
      ]);
      const { env, err, signal } = world;
      const connection = await openConnection(settings(), { env, signal, tell: err.line });
      connections.push(connection);
      const { endpoint, broken } = connection;
      return createApiClient(endpoint, broken ? AbortSignal.any([signal, broken]) : signal);
    },
  };
}
