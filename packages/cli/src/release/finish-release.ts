import type { ApiClient } from '@fluxctl/shared/api/client';
import type { JobStatus } from '@fluxctl/shared/api/types';
import { ServerError } from '@fluxctl/shared/errors';
import type { CommandContext } from '../commands/command.ts';
import { shortRevision } from '../output/short-revision.ts';
import { tellResult } from '../results/tell-result.ts';
import { commitNotice } from '../wait/notices.ts';
import { TimeoutError } from '../wait/poll.ts';
import { tellDoing } from '../wait/tell-doing.ts';
import { waitForCommit } from '../wait/wait-for-commit.ts';

export interface FinishOptions {
  /** How often `-v` was given. */
  readonly verbosity: number;
  readonly watch: boolean;
}

/**
 * Tells what a release did, waits until its commit is applied, and follows the rollout if that is wanted.
 * A commit that takes too long is no error, as with Flux v1, unless its rollout was to be watched.
 */
export async function finishRelease(
  api: ApiClient,
  done: JobStatus['Result'],
  { verbosity, watch }: FinishOptions,
  context: CommandContext,
): Promise<void> {
  await tellResult(done, verbosity, context);
  if (!done.result) return;
  const applied = !done.revision || (await waitUntilApplied(api, done.revision, context));
  if (!watch) return;
  if (!applied) throw new ServerError('the rollout cannot be watched before the commit is applied');
  const released = Object.entries(done.result).filter(([, { Status }]) => Status === 'success');
  if (released.length === 0)
    return context.err.line('No workload was released: there is no rollout to watch.');
  const { watchRollout } = await import('./watch-rollout.ts');
  const watched = { ids: released.map(([id]) => id).sort(), revision: done.revision ?? '' };
  const options = { verbose: verbosity > 0, patienceMs: context.timeoutMs() };
  await watchRollout(api, watched, options, context);
}

/** @returns whether it is */
async function waitUntilApplied(
  api: ApiClient,
  revision: string,
  { err, signal, timeoutMs }: CommandContext,
): Promise<boolean> {
  const short = shortRevision(revision);
  try {
    await err.whileWaiting(`waiting for ${short} to be applied`, () =>
      waitForCommit(api, revision, { timeoutMs: timeoutMs(), signal }),
    );
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    err.write(commitNotice);
    await tellDoing(api, err);
    return false;
  }
  err.line(`Commit applied:\t${short}`);
  return true;
}
