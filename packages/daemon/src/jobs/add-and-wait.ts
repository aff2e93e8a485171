import type { JobStatus } from '@fluxctl/shared/api/types';
import { untilAborted } from '../waiting/until-aborted.ts';
import type { Job, JobQueue } from './job-queue.ts';

/**
 * Puts a job in the queue and waits for its end; one that has not begun when `signal` says so never does.
 * @throws why it failed
 */
export async function addAndWait(
  jobs: JobQueue,
  job: Job,
  signal: AbortSignal,
): Promise<JobStatus['Result']> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<JobStatus['Result']>();
  jobs.add({
    type: job.type,
    async run(context) {
      try {
        signal.throwIfAborted();
        const result = await job.run(context);
        resolve(result);
        return result;
      } catch (error) {
        reject(error as Error);
        throw error;
      }
    },
  });
  return untilAborted(promise, signal);
}
