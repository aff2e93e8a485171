import type { Command } from './command.ts';
import { completeCommand } from './complete.ts';
import { completionCommand } from './completion.ts';
import { helpCommand } from './help.ts';
import { identityCommand } from './identity.ts';
import { installCommand } from './install.ts';
import { listWorkloadsCommand } from './list-workloads.ts';
import { saveCommand } from './save.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { versionCommand } from './version.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  completionCommand,
  helpCommand,
  identityCommand,
  installCommand,
  listWorkloadsCommand,
  saveCommand,
  statusCommand,
  syncCommand,
  versionCommand,
  completeCommand,
];
