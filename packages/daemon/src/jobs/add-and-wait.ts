import type { JobStatus } from '@fluxctl/shared/api/types';
import type { Job, JobQueue } from './job-queue.ts';

/**
 * Puts a job in the queue and waits for its end; one that has not begun when `signal` says so never does.
 * @throws why it failed
 */
export function addAndWait(jobs: JobQueue, job: Job, signal: AbortSignal): Promise<JobStatus['Result']> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
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
  });
}
