import { type Flag, type FlagTable, impliedValue } from '@fluxctl/shared/flags/flag';
import { Command as Commander, Option } from 'commander';
import type { Command } from './commands/command.ts';
import { globalFlags } from './global-flags.ts';

const about = [
  'fluxctl helps you deploy your code: it talks to fluxd, the daemon that keeps a Kubernetes cluster equal to a git repository.',
  "Without --url, fluxctl looks for the daemon's pod in the namespace --k8s-fwd-ns, and reaches it by a port-forward through the Kubernetes API. Kubeconfig and context are kubectl's.",
].join('\n\n');

/** How the help names a flag's value; nothing for switches and counts. */
const valueNames = {
  string: '<string>',
  list: '<strings>',
  texts: '<string>',
  map: '<key=value,...>',
  duration: '<duration>',
  integer: '<int>',
  number: '<float>',
  switch: '',
  count: '',
} as const satisfies Record<Flag['type'], string>;

const helpStyle = {
  showGlobalOptions: true,
  sortOptions: true,
  sortSubcommands: true,
  visibleArguments: () => [],
} as const;

/**
 * The commands as commander has them: for help, and to choose the one to run. Flags were read before,
 * with the grammar of Flux v1, which commander does not know.
 * @param run - is called with the command that was chosen, and its arguments
 */
export function buildProgram(
  commands: readonly Command[],
  run: (command: Command, args: readonly string[]) => Promise<void>,
): Commander {
  const program = new Commander('fluxctl').description(about).helpOption(false).helpCommand(false);
  program.configureHelp({ ...helpStyle, subcommandTerm: (command) => command.name() });
  program.usage('[command] [flags]');
  addFlags(program, globalFlags);
  for (const command of commands)
    program.addCommand(commanderFor(command, run), { hidden: command.hidden ?? false });
  return program;
}

function commanderFor(
  command: Command,
  run: (command: Command, args: readonly string[]) => Promise<void>,
): Commander {
  const { name, aliases = [], summary, details, usage = '', flags } = command;
  const made = new Commander(name).helpOption(false).configureHelp(helpStyle);
  made.summary(summary).description(details === undefined ? summary : `${summary}.\n\n${details}`);
  made.aliases(aliases).usage(`${usage} [flags]`.trimStart());
  made.argument('[words...]').allowExcessArguments();
  addFlags(made, flags);
  return made.action((words: readonly string[]) => run(command, words));
}

function addFlags(to: Commander, flags: FlagTable): void {
  for (const [name, flag] of Object.entries(flags)) {
    if (flag.deprecated !== undefined) continue;
    const terms = [flag.short && `-${flag.short}`, `--${name}`].filter(Boolean).join(', ');
    to.addOption(new Option(`${terms} ${valueNames[flag.type]}`.trimEnd(), flag.help + fallbackText(flag)));
  }
}

function fallbackText(flag: Flag): string {
  if (flag.fallback === '' || (impliedValue(flag) !== undefined && flag.fallback !== 'true')) return '';
  return ` (default ${flag.fallback})`;
}
