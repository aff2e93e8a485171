import type { Measurement } from './bench.ts';
import { median } from './statistics.ts';
import { printRequests, type SeenRequest } from './world/cluster.ts';
import { followValue } from './world/follow-value.ts';
import { collectionPath } from './world/objects.ts';
import { openSteadyScene } from './world/steady-scene.ts';

/** Somebody changes an object that git defines: how long until it is as git has it again. */
export const drift: Measurement = {
  name: 'drift',
  inQuick: true,
  async measure(bench) {
    const { stage, scene, count } = await bench.share(openSteadyScene);
    const { kube } = stage.cluster;
    const { fluxd, namespace } = scene;
    // Others than those that other measurements change; each once, as who is fought over waits.
    const objects = scene.objects.filter(({ kind }) => kind === 'ConfigMap').slice(-7);
    const times: number[] = [];
    let most: readonly SeenRequest[] = [];
    await fluxd.ask('forget-peak');
    for (const { name } of objects) {
      await using followed = await followValue(kube, namespace, name);
      await stage.cluster.takeRequests();
      const from = fluxd.log.mark();
      const start = performance.now();
      await kube.mergePatch(`${collectionPath('ConfigMap', namespace)}/${name}`, {
        data: { value: 'drifted' },
      });
      times.push((await followed.becomes('one')) - start);
      await fluxd.log.line(/ cmd="server-side apply" /, from, bench.signal);
      const seen = await stage.cluster.takeRequests();
      const requests = seen.filter(({ verb }) => verb !== 'watch');
      if (requests.length > most.length) most = requests;
    }
    const { peak } = await fluxd.ask('peak');
    const runs = times.length;
    const what = `drift on one object of ${count}: from change to repair`;
    return [
      { what, unit: 'ms', ours: median(times), runs, goal: { atMost: 1_000 }, peak },
      { what, unit: 'requests', ours: most.length, runs, goal: { exactly: 1 }, note: printRequests(most) },
    ];
  },
};
