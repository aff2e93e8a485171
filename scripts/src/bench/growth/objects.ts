import type { Bench, Measurement } from '../bench.ts';
import { measureNothingToDo } from '../nothing-to-do.ts';
import { measureOneFile } from '../one-file.ts';
import { measureRestart } from '../restart.ts';
import type { Row } from '../row.ts';
import { benchObjects } from '../world/objects.ts';
import { applyRequests, runBare } from '../world/run-bare.ts';
import { openStage } from '../world/stage.ts';
import { syncAll } from '../world/steady-scene.ts';
import { point } from './point.ts';

const sizesOf = ({ quick }: Bench): readonly number[] =>
  quick ? [100, 300] : [100, 300, 1_000, 3_000, 10_000];

/** What one daemon costs with ever more objects, each time in an empty cluster. */
export const growthOfObjects: Measurement = {
  name: 'growth-objects',
  async measure(bench) {
    const rows: Row[] = [];
    for (const size of sizesOf(bench)) {
      await using stage = await openStage(bench);
      // Connections, code and caches of the API server get warm.
      await using before = await syncAll(stage, 100, bench);
      await before.scene.fluxd.stop();
      await using steady = await syncAll(stage, size, bench);
      const { rss, peak } = await steady.scene.fluxd.ask('memory');
      const namespace = await stage.addNamespace();
      const requests = applyRequests(benchObjects({ count: size, namespace, filesPerFolder: 100 }));
      const bare = await runBare(stage.cluster, requests, bench.signal);
      const [nothing] = await measureNothingToDo(steady, bench);
      const [oneFile] = await measureOneFile(steady, bench);
      const [restart] = await measureRestart(steady, bench);
      const what = `first sync of ${size} objects`;
      const against = 'bare loop, 16 connections';
      const first = { what, unit: 'ms', ours: steady.firstSync, against, theirs: bare.ms, runs: 1 } as const;
      const memory = {
        what: `memory, ${size} objects in sync`,
        unit: 'MB',
        ours: rss,
        peak,
        runs: 1,
      } as const;
      rows.push(
        point('first sync', size, first),
        point('restart', size, restart),
        point('one file', size, oneFile),
        point('nothing to do', size, nothing),
        point('memory', size, memory),
      );
    }
    return rows;
  },
};
