import type { Measurement, Row } from './row.ts';
import { openSteadyScene, setUpMany, watchFirstSync } from './world/steady-scene.ts';

/** What the daemon takes when everything is in sync. */
export const memory: Measurement = {
  name: 'memory',
  async measure(bench) {
    const steady = await bench.share(openSteadyScene);
    await using scene = await setUpMany(steady.stage, 1_000);
    await watchFirstSync(scene);
    return [...rows(1_000, 120, await scene.fluxd.ask('memory')), ...rows(steady.count, 250, steady.memory)];
  },
};

function rows(
  count: number,
  atMost: number,
  { rss, heap, peak }: { readonly rss: number; readonly heap: number; readonly peak: number },
): readonly Row[] {
  const what = `memory, ${count} objects in sync`;
  return [
    { what, unit: 'MB', ours: rss, goal: { atMost }, peak, runs: 1, note: `heap ${heap.toFixed(0)} MB` },
    {
      what: `${what}: peak`,
      unit: 'MB',
      ours: peak,
      against: 'at rest',
      theirs: rss,
      ratio: peak / rss,
      goal: { ratio: 1.6 },
      runs: 1,
    },
  ];
}
