import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Measurement, Row } from './row.ts';
import { median } from './statistics.ts';
import { runBare } from './world/run-bare.ts';
import { openStage, type Scene, type Stage } from './world/stage.ts';
import { untilScanned } from './world/until-scanned.ts';

interface Memory {
  readonly rss: number;
  readonly heap: number;
  readonly peak: number;
}

const some = 1_000;
const many = 10_000;
const foreign = 50_000;
const passes = 1_000;

/** What the daemon takes when everything is in sync, its images are scanned and somebody has looked at all workloads. */
export const memory: Measurement = {
  name: 'memory-1000',
  async measure(bench) {
    await using stage = await openStage(bench);
    return rows(some, 120, await takeMemory(stage, some, 5, bench));
  },
};

export const memoryOfMany: Measurement = {
  name: 'memory-10000',
  async measure(bench) {
    await using stage = await openStage(bench);
    return rows(many, 250, await takeMemory(stage, many, 5, bench));
  },
};

/** The same with and without very many objects in the cluster that are not the daemon's. */
export const memoryBesideOthers: Measurement = {
  name: 'memory-foreign',
  async measure(bench) {
    await using stage = await openStage(bench);
    const alone = await takeMemory(stage, some, 5, bench);
    bench.tell(`adding ${foreign} objects`);
    await addForeign(stage, bench);
    const beside = await takeMemory(stage, some, 5, bench);
    const [ours, theirs] = [beside, alone].map((all) => median(all.map(({ rss }) => rss)));
    const peaks = [beside, alone].map((all) => median(all.map(({ peak }) => peak)).toFixed(0));
    return [
      {
        what: `memory, ${some} objects in sync beside ${foreign} foreign ones: more than alone`,
        unit: 'MB',
        ours: (ours ?? Number.NaN) - (theirs ?? Number.NaN),
        goal: { atMost: 20 },
        runs: beside.length,
        note: `${ours?.toFixed(1)} MB, alone ${theirs?.toFixed(1)} MB; peaks ${peaks.join(' MB, alone ')} MB`,
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
    const until = async (count: number): Promise<number> => {
      while ((await fluxd.metric('flux_daemon_sync_duration_seconds_count')) < count) await sleep(100);
      return (await fluxd.ask('memory')).rss;
    };
    // The code gets warm, and tables find their size.
    const early = await until(passes / 2);
    const late = await until(passes * 1.5);
    return [
      {
        what: `memory, ${some} objects: growth in ${passes} passes`,
        unit: 'MB',
        ours: late - early,
        goal: { atMost: 5 },
        runs: 1,
        note: `${early.toFixed(1)} MB, then ${late.toFixed(1)} MB`,
      },
    ];
  },
};

async function takeMemory(stage: Stage, count: number, runs: number, bench: Bench): Promise<Memory[]> {
  const seen: Memory[] = [];
  while (seen.length < runs) {
    await using scene = await stage.setUp({ count, filesPerFolder: 100 });
    await scene.firstSync(await scene.fluxd.start());
    await lookAtAll(scene, bench);
    const taken = await scene.fluxd.ask('memory');
    bench.tell(`${count} objects: ${taken.rss.toFixed(1)} MB, peak ${taken.peak.toFixed(1)} MB`);
    seen.push(taken);
  }
  return seen;
}

async function lookAtAll(scene: Scene, { signal }: Bench): Promise<void> {
  await untilScanned(scene, signal);
  await (
    await fetch(`${scene.fluxd.api}/v11/services?namespace=${scene.namespace}`, { signal })
  ).arrayBuffer();
}

function rows(count: number, atMost: number, seen: readonly Memory[]): readonly Row[] {
  const what = `memory, ${count} objects in sync`;
  const [rss, heap, peak] = [
    median(seen.map((one) => one.rss)),
    median(seen.map((one) => one.heap)),
    median(seen.map((one) => one.peak)),
  ];
  const ratio = median(seen.map((one) => one.peak / one.rss));
  const runs = seen.length;
  return [
    { what, unit: 'MB', ours: rss, goal: { atMost }, runs, note: `heap ${heap.toFixed(0)} MB` },
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
