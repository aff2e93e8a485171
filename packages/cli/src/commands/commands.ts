import { automateCommand } from './automate.ts';
import type { Command } from './command.ts';
import { completeCommand } from './complete.ts';
import { completionCommand } from './completion.ts';
import { deautomateCommand } from './deautomate.ts';
import { explainCommand } from './explain.ts';
import { helpCommand } from './help.ts';
import { identityCommand } from './identity.ts';
import { installCommand } from './install.ts';
import { listImagesCommand } from './list-images.ts';
import { listWorkloadsCommand } from './list-workloads.ts';
import { lockCommand } from './lock.ts';
import { policyCommand } from './policy.ts';
import { registryCommand } from './registry.ts';
import { releaseCommand } from './release.ts';
import { saveCommand } from './save.ts';
import { statusCommand } from './status.ts';
import { syncCommand } from './sync.ts';
import { unlockCommand } from './unlock.ts';
import { versionCommand } from './version.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  automateCommand,
  completionCommand,
  deautomateCommand,
  explainCommand,
  helpCommand,
  identityCommand,
  installCommand,
  listImagesCommand,
  listWorkloadsCommand,
  lockCommand,
  policyCommand,
  registryCommand,
  releaseCommand,
  saveCommand,
  statusCommand,
  syncCommand,
  unlockCommand,
  versionCommand,
  completeCommand,
];
