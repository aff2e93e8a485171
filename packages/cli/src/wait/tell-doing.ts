import type { ApiClient } from '@fluxctl/shared/api/client';
import type { CommandContext } from '../commands/command.ts';
import { describeDoing } from './wait-for-pass.ts';

/** Why it takes so long, where the daemon tells. Not worth an error of its own: the time-out is told anyway. */
export async function tellDoing(api: ApiClient, err: CommandContext['err']): Promise<void> {
  const status = await api.status().catch(() => undefined);
  if (!status) return;
  err.line(`The daemon is still at work: ${describeDoing(status) || 'it says nothing of what it is doing'}`);
  for (const { state, error } of status.sources) {
    if (error !== '') err.line(`Repository ${state}: ${error}`);
  }
}
