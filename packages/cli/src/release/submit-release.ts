import type { ApiClient } from '@fluxctl/shared/api/client';
import type { JobStatus, UpdateSpec, WorkloadResult } from '@fluxctl/shared/api/types';
import type { CommandContext } from '../commands/command.ts';
import { resultRows } from '../results/result-rows.ts';
import { resultsTable } from '../results/results-table.ts';
import { JobFailedError } from '../wait/wait-for-job.ts';
import { waitForUpdate } from '../wait/wait-for-update.ts';

type Results = Readonly<Record<string, WorkloadResult>>;

export interface SubmitOptions {
  /** Told when the time is over. */
  readonly notice?: string;
  /** Workloads that were asked for by name: if the job fails, each of them is told. */
  readonly named: readonly string[];
  /** How often `-v` was given. */
  readonly verbosity: number;
}

/**
 * Has the daemon do a release. When it cannot, stderr gets what stood against it, workload by workload,
 * where the daemon tells it and does not say it in its error anyway. Flux v1's daemon does not tell.
 * @throws {JobFailedError}
 * @throws {TimeoutError}
 */
export async function submitRelease(
  api: ApiClient,
  update: UpdateSpec,
  { notice, named, verbosity }: SubmitOptions,
  context: CommandContext,
): Promise<JobStatus['Result']> {
  const job = await api.updateManifests(update);
  try {
    return await waitForUpdate(api, job, context, notice);
  } catch (error) {
    if (error instanceof JobFailedError && error.result.result) {
      const untold = Object.entries(error.result.result).filter(
        ([workload]) => !error.message.includes(workload),
      );
      await tellWhyNot(Object.fromEntries(untold), named, verbosity, context.err);
    }
    throw error;
  }
}

async function tellWhyNot(
  result: Results,
  named: readonly string[],
  verbosity: number,
  err: CommandContext['err'],
): Promise<void> {
  const wanted = new Set([...named, ...resultRows(result, verbosity).map(({ workload }) => workload)]);
  const all = Object.entries(result);
  const shown = Object.fromEntries(all.filter(([workload]) => wanted.has(workload)));
  if (Object.keys(shown).length > 0) {
    err.write(resultsTable(shown, { verbosity: Number.POSITIVE_INFINITY, paint: await err.paint() }));
  }
  const hidden = all.filter(([workload]) => !wanted.has(workload)).map(([, { Status }]) => Status);
  const counts = Object.entries(Object.groupBy(hidden, (status) => status)).map(
    ([status, { length }]) => `${length} ${status}`,
  );
  if (counts.length > 0)
    err.line(`Not shown: ${counts.sort().join(', ')}; -v shows what was skipped, -vv all.`);
}
