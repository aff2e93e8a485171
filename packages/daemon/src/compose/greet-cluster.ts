import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '@fluxctl/shared/errors';
import type { Logger } from '../log/logger.ts';
import { backOff } from '../waiting/back-off.ts';
import type { Place } from './open-place.ts';

/** Between looks at an API server that does not answer at start, in milliseconds. */
const knocks = { firstMs: 1_000, capMs: 30_000 };

/** Tells which cluster this is; until it answers, tells why not. Nothing waits for this. */
export async function greetCluster(
  { cluster, host }: Pick<Place, 'cluster' | 'host'>,
  { log, random }: { readonly log: Logger; readonly random: () => number },
  stop: AbortSignal,
): Promise<void> {
  for (let attempt = 1; !stop.aborted; attempt++) {
    try {
      log.log({ host, version: await cluster.version(stop) });
      log.log({ ping: true });
      return;
    } catch (error) {
      if (stop.aborted) return;
      log.log({ host, ping: errorMessage(error) });
      const wait = backOff(attempt, { ...knocks, random });
      await sleep(wait, undefined, { signal: stop }).catch(() => undefined);
    }
  }
}
