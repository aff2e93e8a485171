import type { Bench, Measurement } from './bench.ts';
import { summary } from './compare.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';
import { isReading } from './world/cluster.ts';
import { type BenchObject, collectionPath, collections } from './world/objects.ts';
import { runBare } from './world/run-bare.ts';
import { openSteadyScene, type SteadyScene } from './world/steady-scene.ts';

const metadataOnly = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** The daemon starts anew and finds everything as git has it, beside one list of all the metadata. */
export const restart: Measurement = {
  name: 'restart',
  inQuick: true,
  async measure(bench) {
    const steady = await bench.share(openSteadyScene);
    return measureRestart(steady, bench);
  },
};

export async function measureRestart(
  { stage, scene, count }: SteadyScene,
  { quick, signal }: Bench,
): Promise<[time: Row, writes: Row]> {
  const { fluxd, namespace } = scene;
  const lists = (Object.keys(collections) as BenchObject['kind'][]).map((kind) => ({
    method: 'GET',
    path: collectionPath(kind, namespace),
    accept: metadataOnly,
  }));
  const [ours, theirs, wholes]: [number[], number[], number[]] = [[], [], []];
  let [writes, reads, peak] = [0, 0, 0];
  for (let run = 0; run < (quick ? 2 : 5); run += 1) {
    theirs.push((await runBare(stage.cluster, lists, signal)).ms);
    await fluxd.stop();
    await stage.cluster.takeRequests();
    const start = performance.timeOrigin + performance.now();
    const from = await fluxd.start();
    const end = await fluxd.log.line(/ info="nothing to do/, from, signal);
    const begin = fluxd.log.find(/ event=cloned /, from);
    ours.push(end.at - (begin?.at ?? Number.NaN));
    wholes.push(end.at - start);
    peak = Math.max(peak, (await fluxd.ask('peak')).peak);
    const seen = await stage.cluster.takeRequests();
    writes += seen.filter((request) => !isReading(request)).length;
    reads = Math.max(reads, seen.filter(({ verb }) => verb !== 'watch').length);
  }
  const what = `restart with ${count} objects in sync`;
  return [
    {
      what,
      unit: 'ms',
      against: 'one list of the metadata',
      ...summary(ours, theirs),
      goal: { ratio: 3 },
      peak,
      note: `from the end of the clone; ${median(wholes).toFixed(0)} ms from the start of the process`,
    },
    {
      what: `${what}: objects written`,
      unit: 'requests',
      ours: writes,
      goal: { exactly: 0 },
      runs: ours.length,
      note: `${reads} that read`,
    },
  ];
}
