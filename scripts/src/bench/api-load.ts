import type { Bench, Measurement } from './bench.ts';
import type { Row } from './row.ts';
import { median, percentile } from './statistics.ts';
import { askChild } from './world/ask-child.ts';
import type { ClientsQuestion, ClientsTimes } from './world/clients-messages.ts';
import { openWorkloadsScene } from './world/workloads-scene.ts';

const clients = 16;

/** Many clients who ask for all workloads at once. */
export const listWorkloadsLoad: Measurement = {
  name: 'api-workloads',
  measure: (bench) => measureRoute('list-workloads', '/v11/services', 320, bench),
};

/** The same for what is known of their images. */
export const imagesLoad: Measurement = {
  name: 'api-images',
  measure: (bench) => measureRoute('images', '/v10/images', 96, bench),
};

async function measureRoute(name: string, path: string, answers: number, bench: Bench): Promise<Row[]> {
  const { scene, count } = await bench.share(openWorkloadsScene);
  const url = `${scene.fluxd.api}${path}?namespace=${scene.namespace}`;
  await scene.fluxd.ask('forget-peak');
  const seen: ClientsTimes[] = [];
  for (let run = 0; run < 6; run += 1) {
    const question: ClientsQuestion = { url, clients, answers: run === 0 ? answers / 2 : answers };
    const times = await askChild<ClientsQuestion, ClientsTimes>('clients.ts', question, bench.signal);
    // In the first one the code gets warm.
    if (run > 0) seen.push(times);
  }
  const what = `API: ${name} with ${count} workloads, ${clients} clients`;
  const runs = seen.length;
  const { peak } = await scene.fluxd.ask('peak');
  return [
    {
      what,
      unit: 'answers/s',
      ours: median(seen.map(({ ms, times }) => (times.length / ms) * 1_000)),
      runs,
      peak,
      note: `of ${((seen[0]?.bytes ?? 0) / 1024).toFixed(0)} kB`,
    },
    {
      what: `${what}: p99`,
      unit: 'ms',
      ours: median(seen.map(({ times }) => percentile(times, 0.99))),
      goal: { atMost: 100 },
      runs,
    },
  ];
}
