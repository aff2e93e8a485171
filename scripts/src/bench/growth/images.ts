import type { Bench, Measurement } from '../bench.ts';
import { scanPairs } from '../registry/scan-pairs.ts';
import { scannedDaemon } from '../registry/scanned-daemon.ts';
import { bySemver, byTime } from '../registry/scans.ts';
import type { Row } from '../row.ts';
import { point } from './point.ts';

const sizesOf = ({ quick }: Bench): readonly number[] => (quick ? [10, 30] : [10, 30, 100, 300, 1_000]);
const tagsEach = 100;
/** With more, an order of time would take minutes. */
const mostByTime = 300;

/** What ever more image repositories cost: requests to the registry, and memory of the daemon. */
export const growthOfImages: Measurement = {
  name: 'growth-images',
  async measure(bench) {
    const rows: Row[] = [];
    for (const size of sizesOf(bench)) {
      bench.tell(`${size} image repositories`);
      rows.push(...(await scans('by version', bySemver.pattern, size, bench)));
      if (size <= mostByTime) rows.push(...(await scans('by time', byTime.pattern, size, bench)));
      const { bundles, signal } = bench;
      const { rss, peak } = await scannedDaemon({
        bundle: bundles.fluxd,
        repositories: size,
        tagsEach,
        signal,
      });
      const what = `memory, ${size} repositories of ${tagsEach} tags`;
      rows.push(point('memory', size, { what, unit: 'MB', ours: rss, peak, runs: 1 }));
    }
    return rows;
  },
};

async function scans(order: string, pattern: string, size: number, { signal }: Bench): Promise<Row[]> {
  const seen = await scanPairs({ repositories: size, tagsEach, pattern, pairs: 1, signal });
  return ['first', 'second'].flatMap((name, index) => {
    const [pair] = seen[index] ?? [];
    if (!pair) return [];
    const curve = `${name} scan, ${order}`;
    const what = `${curve}, ${size} repositories of ${tagsEach} tags`;
    const against = 'a bare loop of the same requests';
    const times = { what, unit: 'ms', ours: pair.ours, against, theirs: pair.bare, runs: 1 } as const;
    return [
      point(curve, size, times),
      point(`${curve}: requests`, size, { what, unit: 'requests', ours: pair.requests.length, runs: 1 }),
    ];
  });
}
