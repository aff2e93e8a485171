import { setTimeout as sleep } from 'node:timers/promises';
import type { RegistryStatus } from '@fluxctl/shared/api/types';
import type { Fluxd } from './fluxd.ts';
import type { Scene } from './stage.ts';

/** Until the daemon has looked at every image repository of the scene, and knows what it needs of each. */
export function untilScanned({ fluxd, objects }: Scene, signal: AbortSignal): Promise<RegistryStatus> {
  const images = objects.flatMap(({ yaml }) => /image: (\S+):/.exec(yaml)?.[1] ?? []);
  const wanted = new Set(images).size;
  return untilRegistry(fluxd, ({ lastScan }) => lastScan !== '', wanted, signal);
}

/** Until so many image repositories are as they should be. */
export async function untilRegistry(
  { api }: Fluxd,
  isAsWanted: (repository: RegistryStatus['repositories'][number]) => boolean,
  wanted: number,
  signal: AbortSignal,
): Promise<RegistryStatus> {
  for (;;) {
    const answer = await fetch(`${api}/v12/registry`, { signal });
    const status = (await answer.json()) as RegistryStatus;
    const failed = status.repositories.find(({ error }) => error !== '');
    if (failed) throw new Error(`${failed.repository}: ${failed.error}`);
    if (status.repositories.filter(isAsWanted).length >= wanted) return status;
    await sleep(50 + wanted, undefined, { signal });
  }
}

/** After which the daemon has seen and shown all that there is. */
export async function lookAtAll(scene: Scene, signal: AbortSignal): Promise<void> {
  await untilScanned(scene, signal);
  await lookAtWorkloads(scene, signal);
}

/** The daemon lists them when it is asked for the first time, and says nothing before it has. */
export async function lookAtWorkloads({ fluxd, namespace }: Scene, signal: AbortSignal): Promise<void> {
  await (await fetch(`${fluxd.api}/v11/services?namespace=${namespace}`, { signal })).arrayBuffer();
}
