import type { Bench, Measurement } from './bench.ts';
import { summary } from './compare.ts';
import type { Row } from './row.ts';
import { printRequests, type SeenRequest } from './world/cluster.ts';
import { followValue } from './world/follow-value.ts';
import { cloneWithGit } from './world/git-clone.ts';
import { type BenchObject, benchObjects } from './world/objects.ts';
import { applyRequests } from './world/run-bare.ts';
import { openSteadyScene, type SteadyScene } from './world/steady-scene.ts';

/** One changed file among many, from the push to the object in the cluster, beside git and an apply by themselves. */
export const oneFile: Measurement = {
  name: 'one-file',
  inQuick: true,
  async measure(bench) {
    const steady = await bench.share(openSteadyScene);
    return measureOneFile(steady, bench);
  },
};

export async function measureOneFile(
  { stage, scene, count }: SteadyScene,
  { quick, signal }: Bench,
): Promise<[time: Row, limit: Row, requests: Row]> {
  const { kube } = stage.cluster;
  const { fluxd, repository, namespace } = scene;
  await using clone = await cloneWithGit(stage.host, repository.url, '--mirror');
  // What is applied by hand is none of the daemon's.
  const elsewhere = await stage.addNamespace();
  const copies = benchObjects({ count, namespace: elsewhere, filesPerFolder: 1 });
  const objects = scene.objects.filter(({ kind }) => kind === 'ConfigMap').slice(0, 16);
  const [ours, theirs]: [number[], number[]] = [[], []];
  let most: readonly SeenRequest[] = [];
  await fluxd.ask('forget-peak');

  const byHand = async ({ name }: BenchObject): Promise<number> => {
    const [request] = applyRequests(copies.filter((copy) => copy.name === name));
    const start = performance.now();
    await clone.git('fetch', '--quiet', 'origin');
    if (request) await kube.send(request);
    return performance.now() - start;
  };
  const byDaemon = async (object: BenchObject): Promise<number> => {
    await using followed = await followValue(kube, namespace, object.name);
    const value = `run-${ours.length}`;
    const from = fluxd.log.mark();
    await repository.commit({ [object.path]: object.yaml.replace('value: "one"', `value: "${value}"`) });
    await stage.cluster.takeRequests();
    const start = performance.now();
    const source = { URL: repository.url, Branch: 'master' };
    await fetch(`${fluxd.api}/v11/notify`, {
      method: 'POST',
      body: JSON.stringify({ Kind: 'git', Source: source }),
    });
    const took = (await followed.becomes(value)) - start;
    await fluxd.log.line(/ state="tag flux" /, from, signal);
    return took;
  };

  const runs = quick ? 3 : 7;
  for (const [run, object] of objects.slice(0, runs + 1).entries()) {
    const daemon = await byDaemon(object);
    const seen = await stage.cluster.takeRequests();
    const hand = await byHand(object);
    // Connections are made in the first.
    if (run === 0) continue;
    ours.push(daemon);
    theirs.push(hand);
    const requests = seen.filter(({ verb }) => verb !== 'watch');
    if (requests.length > most.length) most = requests;
  }
  const what = `one file of ${count} changed: from push to applied`;
  const figures = { ...summary(ours, theirs), peak: (await fluxd.ask('peak')).peak };
  return [
    { what, unit: 'ms', against: 'git fetch + one apply', ...figures, goal: { ratio: 2 } },
    { what, unit: 'ms', ours: figures.ours, runs, goal: { atMost: 1_000 } },
    { what, unit: 'requests', ours: most.length, runs, goal: { exactly: 1 }, note: printRequests(most) },
  ];
}
