import { randomBytes } from 'node:crypto';
import type { JobStatus } from '@fluxctl/shared/api/types';
import { errorMessage, FluxError } from '@fluxctl/shared/errors';
import type { Logger } from '../log/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { JobError } from './job-error.ts';

/** Something that a person asked for and that is done in turn, as it may write to git. */
export interface Job {
  /** As in the update's `type`; shown while the job runs. */
  readonly type: string;
  /** @returns what the job's status tells; a rejection is the job's failure, a `JobError` tells how far it got. */
  run(context: JobContext): Promise<JobStatus['Result']>;
}

export interface JobContext {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Jobs, first come, first served; their status is kept for those who ask for it. */
export interface JobQueue {
  /** @returns the id under which the job's status is found. */
  add(job: Job): string;
  /**
   * Remembers a result that was computed outside of the queue, as that of a job that has succeeded.
   * @returns the id under which it is found
   */
  remember(result: JobStatus['Result']): string;
  status(id: string): JobStatus | undefined;
  /** Jobs that wait, and the one that runs, as `sync 5a2b9c1e-…`. */
  summary(): { readonly length: number; readonly running: string };
  /** Works until `stop`; a job that runs then may end, unless `abandon` comes too. */
  run(stop: AbortSignal, abandon: AbortSignal): Promise<void>;
}

export interface JobQueueOptions {
  /** How many jobs are remembered. */
  readonly remembered: number;
  /** Limit of one job, in milliseconds. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

interface Waiting {
  readonly id: string;
  readonly job: Job;
  /** `performance.now()` when it was added. */
  readonly since: number;
}

export function createJobQueue({ remembered, timeoutMs, metrics, log }: JobQueueOptions): JobQueue {
  const waiting: Waiting[] = [];
  const statuses = new Map<string, JobStatus>();
  const loop = log.with({ component: 'sync-loop' });
  let running: Waiting | undefined;
  let wake: () => void = () => {};

  /** A job keeps its place by its first status, so that a change of state pushes no other job out. */
  function remember(id: string, status: JobStatus): void {
    statuses.set(id, status);
    for (const [old, { StatusString }] of statuses) {
      if (statuses.size <= remembered + waiting.length) break;
      if (StatusString !== 'queued' && StatusString !== 'running') statuses.delete(old);
    }
  }

  async function work({ id, job, since }: Waiting, abandon: AbortSignal): Promise<void> {
    const jobLog = loop.with({ jobID: id });
    jobLog.log({ state: 'in-progress' });
    metrics.queueDuration((performance.now() - since) / 1000);
    remember(id, { Result: {}, Err: '', StatusString: 'running' });
    const start = performance.now();
    const late = AbortSignal.timeout(timeoutMs);
    let ok = true;
    try {
      const result = await job.run({ id, log: jobLog, signal: AbortSignal.any([abandon, late]) });
      if (result.revision !== undefined) jobLog.log({ revision: result.revision });
      remember(id, { Result: result, Err: '', StatusString: 'succeeded' });
      jobLog.log({ state: 'done', success: true });
    } catch (error) {
      ok = false;
      const err = late.aborted ? `the job took longer than ${timeoutMs / 1000}s` : errorMessage(error);
      const got = error instanceof JobError ? error.result : {};
      const help = !late.aborted && error instanceof FluxError ? error.help.trim() : '';
      remember(id, { Result: got, Err: err, ...(help && { Help: help }), StatusString: 'failed' });
      jobLog.log({ state: 'done', success: false, err });
    }
    metrics.jobDuration(ok, (performance.now() - start) / 1000);
  }

  return {
    add(job) {
      const id = newJobId();
      waiting.push({ id, job, since: performance.now() });
      remember(id, { Result: {}, Err: '', StatusString: 'queued' });
      metrics.queueLength(waiting.length);
      wake();
      return id;
    },
    remember(result) {
      const id = newJobId();
      remember(id, { Result: result, Err: '', StatusString: 'succeeded' });
      return id;
    },
    status: (id) => statuses.get(id),
    summary: () => ({ length: waiting.length, running: running ? `${running.job.type} ${running.id}` : '' }),
    async run(stop, abandon) {
      stop.addEventListener('abort', () => wake(), { once: true });
      while (!stop.aborted) {
        running = waiting.shift();
        if (running) {
          metrics.queueLength(waiting.length);
          await work(running, abandon);
          running = undefined;
          continue;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Random, in the form of a UUID without its fixed bits, as Flux v1 makes them. */
function newJobId(): string {
  const hex = randomBytes(16).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
