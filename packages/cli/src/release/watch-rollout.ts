import type { ApiClient } from '@fluxctl/shared/api/client';
import type { ControllerStatus, RolloutRecord } from '@fluxctl/shared/api/types';
import { ServerError, UserError } from '@fluxctl/shared/errors';
import type { CommandContext } from '../commands/command.ts';
import { shortRevision } from '../output/short-revision.ts';
import { systemClock } from '../wait/clock.ts';
import { readWorkloads } from '../workloads/read-workloads.ts';
import { rolloutTable } from './rollout-table.ts';

const betweenLooksMs = 2_000;

export interface WatchedRelease {
  /** The workloads that were released; at least one. */
  readonly ids: readonly string[];
  /** The commit; empty when the daemon did not tell. */
  readonly revision: string;
}

export interface WatchOptions {
  readonly verbose: boolean;
  /** For how long nothing may change. */
  readonly patienceMs: number;
}

/** A workload, and what the daemon makes of its rollout, where it tells: Flux v1's does not. */
interface Seen {
  readonly id: string;
  /** Undefined: the cluster does not have it. */
  readonly workload: ControllerStatus | undefined;
  readonly record: RolloutRecord | undefined;
}

/**
 * Follows workloads until all are ready, and prints a table of each at every look.
 * @throws {UserError} when a rollout failed
 * @throws {ServerError} when nothing changes any more
 */
export async function watchRollout(
  api: ApiClient,
  release: WatchedRelease,
  { verbose, patienceMs }: WatchOptions,
  { out, err, signal }: Pick<CommandContext, 'out' | 'err' | 'signal'>,
): Promise<void> {
  err.line('Monitoring rollout ...');
  let before = '';
  let changedAt = systemClock.now();
  for (;;) {
    const all = await look(api, release);
    for (const { workload } of all) if (workload) out.write(`${rolloutTable(workload, verbose)}\n`);
    refuseFailed(all, err);
    const waiting = all.filter((seen) => !isDone(seen));
    if (waiting.length === 0) return err.line('All workloads ready.');

    const now = systemClock.now();
    const state = JSON.stringify(
      all.map(({ workload, record }) => [workload?.Status, workload?.Rollout, record]),
    );
    // What is ready is only looked at a little longer by the daemon, which has its own bounds for that.
    const isSettling = waiting.every(({ workload }) => workload?.Status === 'ready');
    if (state !== before || isSettling) changedAt = now;
    before = state;
    if (!isSettling && now + betweenLooksMs - changedAt > patienceMs) {
      const help = `Nothing changes any more, and these are not ready:\n${waiting.map(waitingLine).join('\n')}`;
      throw new ServerError('timeout', { help });
    }
    await systemClock.sleep(betweenLooksMs, signal);
  }
}

async function look(api: ApiClient, { ids, revision }: WatchedRelease): Promise<readonly Seen[]> {
  const [answer, status] = await Promise.all([api.listServicesById(ids), api.status()]);
  const workloads = readWorkloads(answer) ?? [];
  const records = status?.rollouts?.filter((record) => record.revision === revision) ?? [];
  return ids.map((id) => ({
    id,
    workload: workloads.find(({ ID }) => ID === id),
    record: records.find(({ workload }) => workload === id),
  }));
}

/** Pods without a probe count as ready as soon as they run; whether they stay so the daemon looks at a little longer. */
function isDone({ workload, record }: Seen): boolean {
  return workload?.Status === 'ready' && record?.outcome !== 'progressing';
}

function waitingLine({ id, workload, record }: Seen): string {
  const status = workload ? workload.Status || 'no status' : 'not in the cluster';
  return `  ${[id, status, record?.message].filter(Boolean).join(': ')}`;
}

function refuseFailed(all: readonly Seen[], err: CommandContext['err']): void {
  const failed = all
    .map((seen) => ({ id: seen.id, problems: problemsOf(seen) }))
    .filter(({ problems }) => problems);
  for (const { id, problems } of failed) {
    err.line(`There was a problem releasing ${id}:`);
    for (const line of problems ?? []) err.line(line);
  }
  if (failed.length > 0)
    throw new UserError(`the rollout of ${failed.map(({ id }) => id).join(', ')} failed`);
}

/** Undefined: none that is known of. */
function problemsOf({ workload, record }: Seen): readonly string[] | undefined {
  if (record?.outcome === 'superseded') return [`superseded ${record.message}`];
  const rollback = record?.rollback ? [`rolled back by ${shortRevision(record.rollback)}`] : [];
  if (record?.outcome === 'failed') return [record.message, ...rollback];
  // Before its controller has looked at the new definition, what a workload says is about the old one.
  if (!workload || workload.Status === 'started') return undefined;
  return workload.Rollout.Messages ?? undefined;
}
