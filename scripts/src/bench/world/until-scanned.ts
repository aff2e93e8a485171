import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryStatus } from '@fluxctl/shared/api/types';
import type { Scene } from './stage.ts';

/** Until the daemon has looked at every image repository of the scene, and knows what it needs of each. */
export async function untilScanned({ fluxd, objects }: Scene, signal: AbortSignal): Promise<void> {
  const images = objects.flatMap(({ yaml }) => /image: (\S+):/.exec(yaml)?.[1] ?? []);
  const wanted = new Set(images).size;
  for (;;) {
    const answer = await fetch(`${fluxd.api}/v12/registry`, { signal });
    const { repositories } = (await answer.json()) as RegistryStatus;
    const failed = repositories.find(({ error }) => error !== '');
    if (failed) throw new Error(`${failed.repository}: ${failed.error}`);
    if (repositories.filter(({ lastScan }) => lastScan !== '').length >= wanted) return;
    await sleep(50);
  }
}
