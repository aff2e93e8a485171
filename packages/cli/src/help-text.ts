import type { Command } from './commands/command.ts';
import { commandNamed } from './find-command.ts';
import { unknownCommand } from './unknown-command.ts';

const firstSteps = [
  'fluxctl install --git-url=git@github.com:USER/REPO --git-email=USER@example.com --namespace=flux | kubectl apply -f -',
  'fluxctl identity --k8s-fwd-ns=flux',
  'fluxctl sync --k8s-fwd-ns=flux',
  'fluxctl list-workloads --k8s-fwd-ns=flux --all-namespaces',
];

/**
 * The help of a command, or of the whole program.
 * @throws {UserError} when there is no such command
 */
export async function helpText(commands: readonly Command[], name: string | undefined): Promise<string> {
  const { buildProgram } = await import('./program.ts');
  const program = buildProgram(commands, async () => undefined);
  if (name === undefined) return program.helpInformation() + examplesText(firstSteps);
  const command = commandNamed(commands, name);
  const shown = program.commands.find((candidate) => candidate.name() === command?.name);
  if (!command || !shown) throw unknownCommand(commands, name);
  return shown.helpInformation() + examplesText(command.examples ?? []);
}

function examplesText(examples: readonly string[]): string {
  return examples.length === 0 ? '' : `\nExamples:\n${examples.map((line) => `  ${line}\n`).join('')}`;
}
