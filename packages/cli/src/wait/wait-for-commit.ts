import type { ApiClient } from '@fluxctl/shared/api/client';
import { type Pace, type PollOptions, poll } from './poll.ts';

export const commitPace: Pace = { firstMs: 1_000, maxMs: 10_000 };

/**
 * Waits until nothing up to this revision is left to be applied, as Flux v1's client does.
 * @throws {TimeoutError}
 */
export async function waitForCommit(
  api: ApiClient,
  revision: string,
  limits: Omit<PollOptions, 'pace'>,
): Promise<void> {
  await poll({ ...limits, pace: commitPace }, async () => {
    const pending = await api.syncStatus(revision);
    return pending === null || pending.length === 0 ? true : undefined;
  });
}
