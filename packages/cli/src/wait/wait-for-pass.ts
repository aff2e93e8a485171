import type { ApiClient } from '@fluxctl/shared/api/client';
import type { DaemonStatus, PassStatus, SourceStatus } from '@fluxctl/shared/api/types';
import { type Pace, type PollOptions, poll } from './poll.ts';

/** Quicker than for commits: the answer is a look into the daemon's memory. */
export const passPace: Pace = { firstMs: 100, maxMs: 2_000 };

/** Whether this daemon tells which passes answer for which jobs; Flux v1's does not. */
export function tellsPasses(status: DaemonStatus | undefined): status is DaemonStatus {
  return status?.sources.some(({ answeredJobs }) => Array.isArray(answeredJobs)) ?? false;
}

/**
 * Waits until the pass that a job of type `sync` asked for has ended.
 * @param seen - is told what the daemon is doing meanwhile
 * @returns that pass, or a later one
 * @throws {TimeoutError}
 */
export async function waitForPass(
  api: ApiClient,
  job: string,
  limits: Omit<PollOptions, 'pace'>,
  seen: (status: DaemonStatus) => void,
): Promise<PassStatus> {
  return poll({ ...limits, pace: passPace }, async () => {
    const status = await api.status();
    if (!status) return undefined;
    seen(status);
    return status.sources.find(answers(job))?.lastPass ?? undefined;
  });
}

function answers(job: string): (source: SourceStatus) => boolean {
  return ({ answeredJobs }) => answeredJobs?.includes(job) ?? false;
}

/** What the daemon is doing, in half a line: `applying 120 of 300 objects`; empty when nothing is known. */
export function describeDoing(status: DaemonStatus | undefined): string {
  if (!status) return '';
  const [doing] = status.sources.map((source) => source.doing).filter((text) => text !== '');
  const { running, length } = status.queue;
  const queued = length > 0 ? `, ${length} more waiting` : '';
  return doing ?? (running === '' ? '' : `running job ${running}${queued}`);
}
