import type { ApiClient } from '@fluxctl/shared/api/client';
import type { Cause, JobStatus, PolicyUpdate, WorkloadResult } from '@fluxctl/shared/api/types';
import { UserError } from '@fluxctl/shared/errors';
import type { CommandContext } from '../commands/command.ts';
import { tellResult } from '../results/tell-result.ts';
import { jobNotice } from '../wait/notices.ts';
import { waitForUpdate } from '../wait/wait-for-update.ts';

export interface UpdateWish {
  readonly spec: PolicyUpdate;
  readonly cause: Cause;
  /** How often `-v` was given. */
  readonly verbosity: number;
  /** What a workload is to which nothing was done: `automated already`. */
  readonly already: string;
}

/**
 * Has the daemon change policies in git, and tells what became of it. It does not wait until the commit
 * is applied.
 * @throws {UserError} when none of the workloads could be found
 */
export async function updatePolicies(
  api: ApiClient,
  { spec, cause, verbosity, already }: UpdateWish,
  context: CommandContext,
): Promise<void> {
  const job = await api.updateManifests({ type: 'policy', cause, spec });
  const done = await waitForUpdate(api, job, context, jobNotice);
  await tellResult(done, verbosity, context);
  const results = Object.entries(done.result ?? {});
  const unchanged = results.filter(([, one]) => one.Status === 'skipped' && !one.Error).map(([id]) => id);
  if (unchanged.length > 0) await tellUnchanged(api, unchanged, already, context);
  refuseFailures(done, context);
}

/** In words, where Flux v1 shows an empty table. Its daemon skips also what it does not find. */
async function tellUnchanged(
  api: ApiClient,
  ids: readonly string[],
  already: string,
  { err }: CommandContext,
): Promise<void> {
  const isOurs = (await api.status().catch(() => undefined)) !== undefined;
  const doubt = isOurs ? '' : ', or the repository does not define it: a daemon of Flux v1 does not tell';
  for (const id of ids) err.line(`Nothing to change: ${id} is ${already}${doubt}.`);
}

/** What failed is told; with nothing that did not fail the command has failed. */
function refuseFailures({ result = {} }: JobStatus['Result'], { err }: CommandContext): void {
  const all = Object.values(result);
  const failures = all.filter(hasFailed).map(({ Error: error }) => error ?? 'the daemon does not say why');
  const [only] = failures;
  if (only !== undefined && failures.length === all.length) {
    const help = only.endsWith('not found') ? notFoundHelp : '';
    throw new UserError(failures.join('\n'), { help });
  }
  for (const failure of failures) err.line(failure);
}

const notFoundHelp =
  'The daemon changes what git defines, in the branch and under the paths that it follows. See: fluxctl list-workloads';

function hasFailed({ Status, Error: error }: WorkloadResult): boolean {
  return Status === 'failed' || (Status === 'skipped' && Boolean(error));
}
