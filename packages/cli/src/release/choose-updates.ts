import type { ReleasePlan, WorkloadResult } from '@fluxctl/shared/api/types';
import type { CommandContext } from '../commands/command.ts';
import { chooseFromMenu } from '../menu/choose-from-menu.ts';
import { createMenu, updatesOf } from '../menu/menu.ts';
import { openMenu } from '../menu/menu-state.ts';

/**
 * Lets a person choose from what a dry run found.
 * @param verbosity - how often `-v` was given
 * @returns undefined when there is nothing to do, which stderr was told
 */
export async function chooseUpdates(
  result: Readonly<Record<string, WorkloadResult>>,
  verbosity: number,
  { err, signal, openConsole }: CommandContext,
): Promise<ReleasePlan['updates'] | undefined> {
  const menu = createMenu(result, verbosity);
  const state = openMenu(menu);
  if (!state) return void err.line('No changes found.');
  const console = await openConsole();
  let chosen: ReadonlySet<number> | undefined;
  try {
    chosen = await chooseFromMenu(menu, state, console, signal);
    if (chosen) console.write('\n');
  } finally {
    console.close();
  }
  if (!chosen) return void err.line('Aborted.');
  if (chosen.size === 0) return void err.line('Nothing selected: nothing to release.');
  return updatesOf(menu, chosen);
}
