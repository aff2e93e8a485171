import type { Measurement } from '../bench.ts';
import type { Row } from '../row.ts';
import type { ScannerAnswer, ScannerQuestion, ServerAnswer, ServerQuestion } from './messages.ts';
import { scannedDaemon } from './scanned-daemon.ts';
import { startProcess } from './start-process.ts';

const repositories = 2_000;
const tagsEach = 1_000;
const limit = 300;
/** Two million images take fifty bytes each; a daemon gets to know as many only from a cache. */
const roomLimit = 350;
/** As the shipped daemon is started. */
const nodeOptions = ['--max-semi-space-size=2', '--heap-growing-percent=40'];

/**
 * What is taken when very much is known of very many images: by the daemon that looks after a Deployment for
 * each, and by its registry room alone when there are facts of every single tag.
 */
export const registryMemory: Measurement = {
  name: 'memory-registry',
  async measure({ bundles, signal }) {
    const { peak, rss, tags } = await scannedDaemon({
      bundle: bundles.fluxd,
      repositories,
      tagsEach,
      signal,
    });
    return [
      memoryRow('fluxd', limit, peak, `${tags} tags; at rest ${rss.toFixed(0)} MB`),
      await roomRow(signal),
    ];
  },
};

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
