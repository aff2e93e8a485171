import { createFluxd } from '../world/fluxd.ts';
import { untilRegistry } from '../world/until-scanned.ts';
import type { WorldAnswer } from './messages.ts';
import { startProcess } from './start-process.ts';

/** What a daemon takes that looks after an automated Deployment for each of many image repositories. */
export interface ScannedDaemon {
  /** That it knows. */
  readonly tags: number;
  /** In megabytes: after a collection, and ever. */
  readonly rss: number;
  readonly peak: number;
}

/** Starts a daemon, waits until it has seen all images that it wants to see, and ends it. */
export async function scannedDaemon({
  bundle,
  repositories,
  tagsEach,
  signal,
}: {
  readonly bundle: string;
  readonly repositories: number;
  readonly tagsEach: number;
  readonly signal: AbortSignal;
}): Promise<ScannedDaemon> {
  await using world = await startProcess<never, WorldAnswer>(
    'world-process.ts',
    [repositories, tagsEach],
    signal,
  );
  const { kubeconfig, gitUrl, knownHosts } = world.first;
  await using fluxd = await createFluxd({
    bundle,
    kubeconfig,
    knownHosts,
    signal,
    args: [
      `--git-url=${gitUrl}`,
      '--k8s-namespace=flux',
      '--registry-insecure-host=127.0.0.1',
      // A budget that is not in the way: what is measured is the memory, not the patience.
      '--registry-rps=2000',
      '--automation-interval=1m',
    ],
  });
  await fluxd.start();
  // The newest ten of each, which are fetched when there is nothing else to do.
  const newest = Math.min(10, tagsEach);
  const status = await untilRegistry(fluxd, ({ images }) => images >= newest, repositories, signal);
  const { rss, peak } = await fluxd.ask('memory');
  return { tags: status.repositories.reduce((sum, { tags }) => sum + tags, 0), rss, peak };
}
