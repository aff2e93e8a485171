import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Measurement } from './bench.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';
import { watchFirstSyncs } from './world/many-first-syncs.ts';
import { runBare } from './world/run-bare.ts';
import { openStage, type Stage } from './world/stage.ts';
import { lookAtAll, untilScanned } from './world/until-scanned.ts';

interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly peak: number;
}

const some = 1_000;
const foreign = 50_000;
const passes = 1_000;

/** What the daemon takes when everything is in sync, its images are scanned and somebody has looked at all workloads. */
export const memory: Measurement = {
  name: 'memory-1000',
  async measure(bench) {
    const { seen } = await bench.share(openAlone);
    return rows(some, 120, seen);
  },
};

export const memoryOfMany: Measurement = {
  name: 'memory-10000',
  async measure(bench) {
    const { seen, count } = await bench.share(watchFirstSyncs);
    return rows(count, 250, seen);
  },
};

/** The same with and without very many objects in the cluster that are not the daemon's. */
export const memoryBesideOthers: Measurement = {
  name: 'memory-foreign',
  async measure(bench) {
    const { stage, seen: alone } = await bench.share(openAlone);
    bench.tell(`adding ${foreign} objects`);
    await addForeign(stage, bench);
    const beside = await takeMemory(stage, bench);
    const [ours, theirs] = [median(beside.map(({ rss }) => rss)), median(alone.map(({ rss }) => rss))];
    return [
      {
        what: `memory, ${some} objects in sync beside ${foreign} foreign ones: more than alone`,
        unit: 'MB',
        ours: ours - theirs,
        goal: { atMost: 20 },
        runs: beside.length,
        peak: median(beside.map(({ peak }) => peak)),
        note: `${ours.toFixed(1)} MB, alone ${theirs.toFixed(1)} MB`,
      },
    ];
  },
};

/** Whether passes leave something behind. */
export const memoryOfPasses: Measurement = {
  name: 'memory-passes',
  async measure(bench) {
    await using stage = await openStage(bench);
    await using scene = await stage.setUp({ count: some, args: ['--sync-interval=5ms'] });
    const { fluxd } = scene;
    await scene.firstSync(await fluxd.start());
    await untilScanned(scene, bench.signal);
    const after = async (count: number): Promise<number> => {
      while ((await fluxd.metric('flux_daemon_sync_duration_seconds_count')) < count) await sleep(100);
      const { rss } = await fluxd.ask('memory');
      bench.tell(`${count} passes: ${rss.toFixed(1)} MB`);
      return rss;
    };
    // In the first ones the code gets warm, and tables find their size.
    let before = await after(passes);
    const [start, growth]: [number, number[]] = [before, []];
    for (let run = 1; run <= 5; run += 1) {
      const now = await after((run + 1) * passes);
      growth.push(now - before);
      before = now;
    }
    return [
      {
        what: `memory, ${some} objects: growth in ${passes} passes`,
        unit: 'MB',
        ours: median(growth),
        goal: { atMost: 5 },
        runs: growth.length,
        peak: (await fluxd.ask('peak')).peak,
        note: `${start.toFixed(1)} MB, after ${growth.length * passes} more passes ${before.toFixed(1)} MB`,
      },
    ];
  },
};

interface Alone extends AsyncDisposable {
  readonly stage: Stage;
  readonly seen: readonly Memory[];
}

/** The daemon alone in a cluster. */
async function openAlone(bench: Bench): Promise<Alone> {
  await using undo = new AsyncDisposableStack();
  const stage = undo.use(await openStage(bench));
  const seen = await takeMemory(stage, bench);
  const finish = undo.move();
  return { stage, seen, [Symbol.asyncDispose]: () => finish.disposeAsync() };
}

async function takeMemory(stage: Stage, { quick, signal, tell }: Bench): Promise<Memory[]> {
  const seen: Memory[] = [];
  while (seen.length < (quick ? 2 : 5)) {
    await using scene = await stage.setUp({ count: some, filesPerFolder: 100 });
    await scene.firstSync(await scene.fluxd.start());
    await lookAtAll(scene, signal);
    const taken = await scene.fluxd.ask('memory');
    tell(`${some} objects: ${taken.rss.toFixed(1)} MB, peak ${taken.peak.toFixed(1)} MB`);
    seen.push(taken);
  }
  return seen;
}

function rows(count: number, atMost: number, seen: readonly Memory[]): readonly Row[] {
  const what = `memory, ${count} objects in sync`;
  const middle = (of: keyof Memory): number => median(seen.map((one) => one[of]));
  const [rss, peak] = [middle('rss'), middle('peak')];
  const ratio = median(seen.map((one) => one.peak / one.rss));
  const runs = seen.length;
  return [
    {
      what,
      unit: 'MB',
      ours: rss,
      goal: { atMost },
      runs,
      peak,
      note: `heap ${middle('heap').toFixed(0)} MB`,
    },
    {
      what: `${what}: peak`,
      unit: 'MB',
      ours: peak,
      against: 'at rest',
      theirs: rss,
      ratio,
      goal: { ratio: 1.6 },
      runs,
    },
  ];
}

/** Of a kind that is in git, too: the daemon has to look at them once. */
async function addForeign({ cluster, addNamespace }: Stage, { signal }: Bench): Promise<void> {
  const each = foreign / 10;
  for (let part = 0; part < 10; part += 1) {
    const namespace = await addNamespace();
    const requests = Array.from({ length: each }, (_, index) => ({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/configmaps`,
      body: JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `foreign-${index}`, labels: { app: `foreign-${index}` } },
        data: { value: 'x'.repeat(200) },
      }),
    }));
    await runBare(cluster, requests, signal);
  }
}
