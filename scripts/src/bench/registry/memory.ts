import { setTimeout as sleep } from 'node:timers/promises';
import type { Measurement, Row } from '../row.ts';
import { startDaemon } from './measured-daemon.ts';
import type {
  ScannerAnswer,
  ScannerQuestion,
  ServerAnswer,
  ServerQuestion,
  WorldAnswer,
} from './messages.ts';
import { startProcess } from './start-process.ts';

const repositories = 2_000;
const tagsEach = 1_000;
const limit = 300;
/** Two million images take fifty bytes each; a daemon gets to know as many only from a cache. */
const roomLimit = 350;
/** As the shipped daemon is started. */
const nodeOptions = ['--max-semi-space-size=16', '--heap-growing-percent=40'];

/**
 * What is taken when very much is known of very many images: by the daemon that looks after a Deployment for
 * each, and by its registry room alone when there are facts of every single tag.
 */
export const registryMemory: Measurement = {
  name: 'memory-registry',
  measure: async ({ bundles, signal }) => [await daemonRow(bundles.fluxd, signal), await roomRow(signal)],
};

async function daemonRow(path: string, signal: AbortSignal): Promise<Row> {
  await using world = await startProcess<never, WorldAnswer>(
    'world-process.ts',
    [repositories, tagsEach],
    signal,
  );
  // A budget that is not in the way: what is measured is the memory, not the patience.
  const args = ['--registry-insecure-host=127.0.0.1', '--registry-rps=2000', '--automation-interval=1m'];
  await using daemon = await startDaemon(path, world.first, args, signal);
  let peak = 0;
  for (;;) {
    for (let look = 0; look < 20; look++) {
      peak = Math.max(peak, await daemon.rss());
      await sleep(100, undefined, { signal });
    }
    const { repositories: scans } = await daemon.registry();
    const failed = scans.find(({ error }) => error !== '');
    if (failed) throw new Error(`${failed.repository}: ${failed.error}`);
    // The newest ten of each, which are fetched when there is nothing else to do.
    const filled = scans.filter(({ images }) => images >= 10);
    if (filled.length < repositories) continue;
    const tags = scans.reduce((sum, { tags }) => sum + tags, 0);
    return memoryRow('fluxd', limit, peak, `${tags} tags; at rest ${(await daemon.rss()).toFixed(0)} MB`);
  }
}

async function roomRow(signal: AbortSignal): Promise<Row> {
  await using server = await startProcess<ServerQuestion, ServerAnswer>(
    'server-process.ts',
    [repositories, tagsEach, 'same'],
    signal,
  );
  if (server.first.type !== 'ready') throw new Error('the registry is not ready');
  await using scanner = await startProcess<ScannerQuestion, ScannerAnswer>(
    'scanner-process.ts',
    [server.first.host, repositories, 'glob:*', tagsEach],
    signal,
    nodeOptions,
  );
  const answer = await scanner.ask({ type: 'scan' });
  if (answer.type !== 'scanned' || answer.errors > 0) throw new Error('a scan has failed');
  const note = `${answer.tags} tags, ${answer.images} images; at rest ${answer.rss.toFixed(0)} MB`;
  return memoryRow('registry room, all images known', roomLimit, answer.peakRss, note);
}

function memoryRow(what: string, atMost: number, peak: number, note: string): Row {
  return {
    what: `${what}: peak with ${repositories} repositories of ${tagsEach} tags`,
    unit: 'MB',
    ours: peak,
    goal: { atMost },
    runs: 1,
    note,
  };
}
