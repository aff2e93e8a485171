import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Measurement } from '../bench.ts';
import type { Row } from '../row.ts';
import { median } from '../statistics.ts';
import { printRequests } from '../world/cluster.ts';
import { openStage, type Scene, type Stage } from '../world/stage.ts';
import { untilRegistry } from '../world/until-scanned.ts';
import { point } from './point.ts';

const sizesOf = ({ quick }: Bench): readonly number[] => (quick ? [1, 2] : [1, 2, 4, 8, 16]);
const objectsEach = 300;
/** As many as the stage has, all of which these objects use. */
const imagesEach = 50;
const minute = 60_000;
/** What many users set, and the most often that is sensible: everything is looked at once a minute. */
const often = ['--git-poll-interval=1m', '--sync-interval=1m', '--automation-interval=1m'];

/** What ever more daemons, each with its repository, namespace and objects, cost one API server, git host and registry. */
export const growthOfDaemons: Measurement = {
  name: 'growth-daemons',
  async measure(bench) {
    await using stage = await openStage(bench);
    await using daemons = new AsyncDisposableStack();
    const scenes: Scene[] = [];
    const rows: Row[] = [];
    for (const size of sizesOf(bench)) {
      while (scenes.length < size) scenes.push(await addDaemon(stage, daemons, bench));
      bench.tell(`${print(size)}: a minute in which nothing is to do`);
      rows.push(...(await watchIdle(stage, scenes)));
    }
    for (const size of sizesOf(bench)) rows.push(await restartAll(scenes.slice(0, size), bench));
    return rows;
  },
};

async function addDaemon(stage: Stage, daemons: AsyncDisposableStack, { signal }: Bench): Promise<Scene> {
  const scene = await stage.setUp({ count: objectsEach, filesPerFolder: 100, args: often });
  // The objects end with the cluster.
  daemons.use(scene.fluxd);
  await scene.firstSync(await scene.fluxd.start());
  // The newest ten of each are fetched last.
  await untilRegistry(scene.fluxd, ({ images }) => images >= 10, imagesEach, signal);
  return scene;
}

interface Spent {
  /** Of the processors, by the daemons and the git that they started; in milliseconds. */
  readonly daemons: number;
  readonly git: number;
  readonly connections: number;
}

async function watchIdle({ cluster, host, registry }: Stage, scenes: readonly Scene[]): Promise<Row[]> {
  const spent = async (): Promise<Spent> => {
    const times = await Promise.all(scenes.map(({ fluxd }) => fluxd.ask('cpu')));
    const sum = (of: 'ms' | 'children'): number => times.reduce((total, time) => total + time[of], 0);
    return { daemons: sum('ms'), git: sum('children'), connections: host.connections };
  };
  await cluster.takeRequests();
  registry.requests.clear();
  const [before, start] = [await spent(), performance.now()];
  await sleep(minute);
  const [after, minutes] = [await spent(), (performance.now() - start) / minute];
  const [toCluster, toRegistry] = [await cluster.takeRequests(), registry.requests.all()];
  const memory = await Promise.all(scenes.map(({ fluxd }) => fluxd.ask('memory')));

  const size = scenes.length;
  const what = `${print(size)} with nothing to do`;
  const hourly = (ms: number): number => ((ms / 1_000) * 60) / minutes / size;
  const cost = (curve: string, unit: Row['unit'], ours: number): Row =>
    point(curve, size, { what: `${what}: ${curve}`, unit, ours, runs: 1 });
  return [
    cost('processor time of each', 's/h', hourly(after.daemons - before.daemons)),
    cost('processor time of its git', 's/h', hourly(after.git - before.git)),
    {
      ...cost('requests to the API server', 'requests/min', toCluster.length / minutes),
      note: printRequests(toCluster),
    },
    cost('connections to the git host', 'requests/min', (after.connections - before.connections) / minutes),
    cost('requests to the registry', 'requests/min', toRegistry.length / minutes),
    cost('memory of each', 'MB', median(memory.map(({ rss }) => rss))),
  ];
}

const print = (daemons: number): string => (daemons === 1 ? '1 daemon' : `${daemons} daemons`);

/** As when their node comes back. */
async function restartAll(scenes: readonly Scene[], { signal }: Bench): Promise<Row> {
  await Promise.all(scenes.map(({ fluxd }) => fluxd.stop()));
  const start = performance.now();
  await Promise.all(
    scenes.map(async ({ fluxd }) => fluxd.log.line(/ info="nothing to do/, await fluxd.start(), signal)),
  );
  const ours = performance.now() - start;
  const size = scenes.length;
  const what = `${print(size)} started at once, until the last one knows that nothing is to do`;
  return point('started at once', size, { what, unit: 'ms', ours, runs: 1 });
}
