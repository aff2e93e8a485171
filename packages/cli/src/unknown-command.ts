import { UserError } from '@fluxctl/shared/errors';
import type { Command } from './commands/command.ts';
import { nearNames } from './find-command.ts';

export function unknownCommand(commands: readonly Command[], word: string): UserError {
  const near = nearNames(commands, word);
  const suggestions =
    near.length === 0 ? '' : `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}`;
  return new UserError(`unknown command ${JSON.stringify(word)} for "fluxctl"${suggestions}`);
}
