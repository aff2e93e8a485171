import type { ApiClient } from '@fluxctl/shared/api/client';
import type { JobStatus } from '@fluxctl/shared/api/types';
import { FluxError } from '@fluxctl/shared/errors';
import { type Pace, type PollOptions, poll } from './poll.ts';

export const jobPace: Pace = { firstMs: 100, maxMs: 5_000 };

/** The daemon could not do the job; the message is its own. */
export class JobFailedError extends FluxError {
  readonly type = 'user';
  readonly result: JobStatus['Result'];

  constructor(status: JobStatus) {
    super(status.Err, { help: status.Help ?? '' });
    this.result = status.Result;
  }
}

/**
 * Waits until the job is done.
 * @throws {JobFailedError} when it failed, or succeeded with an error in it
 * @throws {TimeoutError}
 */
export async function waitForJob(
  api: ApiClient,
  id: string,
  limits: Omit<PollOptions, 'pace'>,
): Promise<JobStatus['Result']> {
  const status = await poll({ ...limits, pace: jobPace }, async () => {
    const seen = await api.jobStatus(id);
    return seen.StatusString === 'succeeded' || seen.StatusString === 'failed' ? seen : undefined;
  });
  if (status.StatusString === 'failed' || status.Err) throw new JobFailedError(status);
  return status.Result;
}
