import type { Measurement } from './bench.ts';
import { median, percentile } from './statistics.ts';
import { watchFirstSyncs } from './world/many-first-syncs.ts';

/** Whether the daemon has time for others while it applies very many objects. */
export const eventLoop: Measurement = {
  name: 'event-loop',
  async measure(bench) {
    const { seen, count } = await bench.share(watchFirstSyncs);
    const what = `first sync of ${count} objects`;
    const runs = seen.length;
    const answers = seen.flatMap((one) => one.answers);
    const late = { unit: 'ms', runs, goal: { atMost: 50 } } as const;
    return [
      {
        what,
        unit: 'ms',
        ours: median(seen.map(({ took }) => took)),
        runs,
        peak: Math.max(...seen.map(({ peak }) => peak)),
      },
      { ...late, what: `${what}: event loop late, p99`, ours: median(seen.map(({ p99 }) => p99)) },
      { ...late, what: `${what}: event loop late, max`, ours: median(seen.map(({ max }) => max)) },
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
