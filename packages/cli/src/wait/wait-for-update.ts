import type { ApiClient } from '@fluxctl/shared/api/client';
import type { JobStatus } from '@fluxctl/shared/api/types';
import type { CommandContext } from '../commands/command.ts';
import { TimeoutError } from './poll.ts';
import { tellDoing } from './tell-doing.ts';
import { waitForJob } from './wait-for-job.ts';

/**
 * Waits for a job that changes the repository, and shows on a terminal that it does.
 * @param notice - goes before the error when the time is over
 * @throws {JobFailedError}
 * @throws {TimeoutError}
 */
export async function waitForUpdate(
  api: ApiClient,
  job: string,
  { err, signal, timeoutMs }: Pick<CommandContext, 'err' | 'signal' | 'timeoutMs'>,
  notice = '',
): Promise<JobStatus['Result']> {
  const limits = { timeoutMs: timeoutMs(), signal };
  try {
    return await err.whileWaiting('waiting for the daemon to do it', () => waitForJob(api, job, limits));
  } catch (error) {
    if (error instanceof TimeoutError) {
      err.write(notice);
      await tellDoing(api, err);
    }
    throw error;
  }
}
