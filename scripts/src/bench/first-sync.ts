import type { Bench, Measurement } from './bench.ts';
import { summary } from './compare.ts';
import { isModern, kubectlApply, kubectlVersion } from './kubectl.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';
import type { BareTimes } from './world/bare-messages.ts';
import { isReading } from './world/cluster.ts';
import { benchObjects } from './world/objects.ts';
import { applyRequests, runBare } from './world/run-bare.ts';
import { openStage, type Stage } from './world/stage.ts';

/** The first sync of a repository, beside a bare loop of the same requests. */
export const firstSync: Measurement = {
  name: 'first-sync',
  inQuick: true,
  async measure(bench) {
    const stage = await bench.share(openStage);
    const count = bench.quick ? 300 : 1_000;
    const [bare, ...more] = await againstBareLoop(stage, count, bench);
    if (bench.quick || !bare) return [...(bare ? [bare] : []), ...more];
    return [bare, ...more, ...(await againstKubectl(stage, bare, count, bench))];
  },
};

async function againstBareLoop(stage: Stage, count: number, bench: Bench): Promise<Row[]> {
  const seen: { readonly ours: Sync; readonly theirs: BareTimes }[] = [];
  for (let run = 0; run < (bench.quick ? 1 : 5) + 1; run += 1) {
    const figures = { theirs: await bareLoop(stage, count, bench), ours: await sync(stage, count, run) };
    bench.tell(`${figures.ours.ms.toFixed(0)} ms, bare ${figures.theirs.ms.toFixed(0)} ms`);
    // The API server gets warm in the first one.
    if (run > 0) seen.push(figures);
  }
  const cpu = median(seen.map(({ ours }) => ours.cpu));
  const cpuBare = median(seen.map(({ theirs }) => theirs.cpu));
  const what = `first sync of ${count} objects`;
  return [
    {
      what,
      unit: 'ms',
      against: 'bare loop, 16 connections',
      ...summary(
        seen.map(({ ours }) => ours.ms),
        seen.map(({ theirs }) => theirs.ms),
      ),
      goal: { ratio: 1.25 },
      peak: Math.max(...seen.map(({ ours }) => ours.peak)),
      note: `processor time from start to end ${cpu.toFixed(0)} ms, bare loop ${cpuBare.toFixed(0)} ms`,
    },
    {
      what: `${what}: objects written`,
      unit: 'requests',
      ours: Math.max(...seen.map(({ ours }) => ours.writes)),
      goal: { exactly: count },
      runs: seen.length,
      note: `${median(seen.map(({ ours }) => ours.reads))} that read`,
    },
  ];
}

/** @param bare - the row that has our figure */
async function againstKubectl(
  stage: Stage,
  { what, unit, ours }: Row,
  count: number,
  { signal, tell }: Bench,
): Promise<Row[]> {
  const version = await kubectlVersion();
  if (version === undefined) return [];
  const times: number[] = [];
  while (times.length < 5) {
    times.push(await kubectlApply(stage, count, signal));
    tell(`kubectl apply: ${times.at(-1)?.toFixed(0)} ms`);
  }
  const theirs = median(times);
  const against = `kubectl ${version} apply`;
  const note = isModern(version) ? '' : 'older than 1.27: not what is to be compared with';
  return [{ what, unit, ours, against, theirs, ratio: ours / theirs, goal: { ratio: 0.25 }, runs: 5, note }];
}

interface Sync {
  readonly ms: number;
  readonly cpu: number;
  readonly peak: number;
  readonly writes: number;
  readonly reads: number;
}

async function sync(stage: Stage, count: number, run: number): Promise<Sync> {
  await using scene = await stage.setUp({
    count,
    filesPerFolder: run % 2 === 0 ? 1 : 100,
    args: ['--registry-disable-scanning'],
  });
  const { fluxd, firstSync: untilSynced } = scene;
  await stage.cluster.takeRequests();
  const ms = await untilSynced(await fluxd.start());
  const { ms: cpu } = await fluxd.ask('cpu');
  const { peak } = await fluxd.ask('memory');
  await fluxd.stop();
  // The deploy key is kept in a Secret.
  const seen = (await stage.cluster.takeRequests()).filter(({ path }) => !path.includes('/secrets'));
  const reads = seen.filter(isReading).length;
  return { ms, cpu, peak, reads, writes: seen.length - reads };
}

async function bareLoop(stage: Stage, count: number, { signal }: Bench): Promise<BareTimes> {
  const namespace = await stage.addNamespace();
  const requests = applyRequests(benchObjects({ count, namespace, filesPerFolder: 1 }));
  const times = await runBare(stage.cluster, requests, signal);
  await stage.clear(namespace);
  return times;
}
