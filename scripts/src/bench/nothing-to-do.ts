import type { Measurement } from './row.ts';
import { median } from './statistics.ts';
import { openSteadyScene } from './world/steady-scene.ts';

/** A sync that somebody asks for, when everything is as git has it. */
export const nothingToDo: Measurement = {
  name: 'nothing-to-do',
  inQuick: true,
  async measure(bench) {
    const { stage, scene, count } = await bench.share(openSteadyScene);
    const { fluxd } = scene;
    const passes = () => fluxd.metric('flux_daemon_sync_duration_seconds_count');
    const seconds = () => fluxd.metric('flux_daemon_sync_duration_seconds_sum');
    const times: number[] = [];
    const afterFetch: number[] = [];
    await stage.cluster.takeRequests();
    for (let run = 0; run < 7; run += 1) {
      const [from, passesBefore, secondsBefore] = [fluxd.log.mark(), await passes(), await seconds()];
      await fetch(`${fluxd.api}/v9/update-manifests`, {
        method: 'POST',
        body: JSON.stringify({ type: 'sync', cause: { Message: '', User: '' }, spec: {} }),
      });
      const end = await fluxd.log.line(/ info="nothing to do/, from, bench.signal);
      while ((await passes()) === passesBefore) bench.signal.throwIfAborted();
      const begin = fluxd.log.find(/ event=refreshed /, from);
      afterFetch.push(end.at - (begin?.at ?? Number.NaN));
      times.push(((await seconds()) - secondsBefore) * 1_000);
    }
    const requests = (await stage.cluster.takeRequests()).filter(({ verb }) => verb !== 'watch');
    const what = `sync with nothing to do, ${count} objects`;
    return [
      {
        what,
        unit: 'ms',
        ours: median(times),
        goal: { atMost: 50 },
        runs: times.length,
        note: `the whole pass; found out ${median(afterFetch).toFixed(1)} ms after the fetch`,
      },
      { what, unit: 'requests', ours: requests.length, goal: { exactly: 0 }, runs: times.length },
    ];
  },
};
