import type { ApiClient } from '@fluxctl/shared/api/client';
import type { ControllerStatus } from '@fluxctl/shared/api/types';
import { ServerError, UserError } from '@fluxctl/shared/errors';
import type { CommandContext } from '../commands/command.ts';
import { type Clock, systemClock } from '../wait/clock.ts';
import { readWorkloads } from '../workloads/read-workloads.ts';
import { rolloutTable } from './rollout-table.ts';

const betweenLooksMs = 2_000;

export interface WatchOptions {
  readonly verbose: boolean;
  /** For how long nothing may change. */
  readonly patienceMs: number;
  readonly clock?: Clock;
}

/**
 * Follows workloads until all are ready, and prints a table of each at every look.
 * @param ids - at least one
 * @throws {UserError} when a rollout failed
 * @throws {ServerError} when nothing changes any more
 */
export async function watchRollout(
  api: ApiClient,
  ids: readonly string[],
  { out, err, signal }: Pick<CommandContext, 'out' | 'err' | 'signal'>,
  { verbose, patienceMs, clock = systemClock }: WatchOptions,
): Promise<void> {
  err.line('Monitoring rollout ...');
  let before = '';
  let changedAt = clock.now();
  for (;;) {
    const workloads = readWorkloads(await api.listServicesById(ids)) ?? [];
    out.write(workloads.map((workload) => `${rolloutTable(workload, verbose)}\n`).join(''));
    refuseFailed(workloads, err);
    const waiting = notReady(ids, workloads);
    if (waiting.length === 0) return err.line('All workloads ready.');

    const state = JSON.stringify(workloads.map(({ ID, Status, Rollout }) => [ID, Status, Rollout]));
    if (state !== before) changedAt = clock.now();
    before = state;
    if (clock.now() + betweenLooksMs - changedAt > patienceMs) {
      const help = `Nothing changes any more, and these are not ready:\n${waiting.join('\n')}`;
      throw new ServerError('timeout', { help });
    }
    await clock.sleep(betweenLooksMs, signal);
  }
}

/** A line for each workload that is not, or not in the cluster at all. */
function notReady(ids: readonly string[], workloads: readonly ControllerStatus[]): readonly string[] {
  return ids.flatMap((id) => {
    const found = workloads.find(({ ID }) => ID === id);
    if (found?.Status === 'ready') return [];
    return [`  ${id}: ${found ? found.Status || 'no status' : 'not in the cluster'}`];
  });
}

function refuseFailed(workloads: readonly ControllerStatus[], err: CommandContext['err']): void {
  const failed = workloads.filter(({ Rollout }) => Rollout.Messages !== null);
  for (const { ID, Rollout } of failed) {
    err.line(`There was a problem releasing ${ID}:`);
    for (const message of Rollout.Messages ?? []) err.line(message);
  }
  if (failed.length > 0)
    throw new UserError(`the rollout of ${failed.map(({ ID }) => ID).join(', ')} failed`);
}
