import type { Bench, Measurement } from './bench.ts';
import type { Row } from './row.ts';
import { median } from './statistics.ts';
import { printRequests } from './world/cluster.ts';
import { openSteadyScene, type SteadyScene } from './world/steady-scene.ts';

/** A sync that somebody asks for, when everything is as git has it. */
export const nothingToDo: Measurement = {
  name: 'nothing-to-do',
  inQuick: true,
  async measure(bench) {
    const steady = await bench.share(openSteadyScene);
    return measureNothingToDo(steady, bench);
  },
};

export async function measureNothingToDo(
  { stage, scene: { fluxd }, count }: SteadyScene,
  { signal }: Bench,
): Promise<[time: Row, requests: Row]> {
  const passes = () => fluxd.metric('flux_daemon_sync_duration_seconds_count');
  const seconds = () => fluxd.metric('flux_daemon_sync_duration_seconds_sum');
  const times: number[] = [];
  const afterFetch: number[] = [];
  await stage.cluster.takeRequests();
  await fluxd.ask('forget-peak');
  for (let run = 0; run < 7; run += 1) {
    const [from, passesBefore, secondsBefore] = [fluxd.log.mark(), await passes(), await seconds()];
    await fetch(`${fluxd.api}/v9/update-manifests`, {
      method: 'POST',
      body: JSON.stringify({ type: 'sync', cause: { Message: '', User: '' }, spec: {} }),
    });
    const end = await fluxd.log.line(/ info="nothing to do/, from, signal);
    while ((await passes()) === passesBefore) signal.throwIfAborted();
    const begin = fluxd.log.find(/ event=refreshed /, from);
    afterFetch.push(end.at - (begin?.at ?? Number.NaN));
    times.push(((await seconds()) - secondsBefore) * 1_000);
  }
  const requests = (await stage.cluster.takeRequests()).filter(({ verb }) => verb !== 'watch');
  const { peak } = await fluxd.ask('peak');
  const what = `sync with nothing to do, ${count} objects`;
  const runs = times.length;
  return [
    {
      what,
      unit: 'ms',
      ours: median(times),
      goal: { atMost: 50 },
      runs,
      peak,
      note: `the whole pass; found out ${median(afterFetch).toFixed(1)} ms after the fetch`,
    },
    {
      what,
      unit: 'requests',
      ours: requests.length,
      goal: { exactly: 0 },
      runs,
      note: printRequests(requests),
    },
  ];
}
