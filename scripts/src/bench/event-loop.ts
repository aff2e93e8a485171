import type { Measurement } from './row.ts';
import { median, percentile } from './statistics.ts';
import { type FirstSync, openSteadyScene, setUpMany, watchFirstSync } from './world/steady-scene.ts';

/** Whether the daemon has time for others while it applies very many objects. */
export const eventLoop: Measurement = {
  name: 'event-loop',
  async measure(bench) {
    const { stage, first, count } = await bench.share(openSteadyScene);
    const seen: FirstSync[] = [first];
    while (seen.length < 5) {
      await using scene = await setUpMany(stage, count, seen.length % 2 === 0 ? 100 : 1);
      seen.push(await watchFirstSync(scene));
      bench.tell(`first sync of ${count} objects: ${seen.at(-1)?.took.toFixed(0)} ms`);
    }
    const what = `first sync of ${count} objects`;
    const runs = seen.length;
    const answers = seen.flatMap((one) => one.answers);
    const late = (name: string, values: readonly number[]) =>
      ({
        what: `${what}: event loop late, ${name}`,
        unit: 'ms',
        ours: median(values),
        runs,
        goal: { atMost: 50 },
      }) as const;
    return [
      { what, unit: 'ms', ours: median(seen.map(({ took }) => took)), runs },
      late(
        'p99',
        seen.map(({ p99 }) => p99),
      ),
      late(
        'max',
        seen.map(({ max }) => max),
      ),
      {
        what: `${what}: API answers meanwhile, p99`,
        unit: 'ms',
        ours: percentile(answers, 0.99),
        runs: answers.length,
        note: `identity.pub and status in turn; median ${median(answers).toFixed(1)} ms, max ${Math.max(...answers).toFixed(0)} ms`,
      },
    ];
  },
};
