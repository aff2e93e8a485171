import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configMap, follow } from '../front-door/followed.ts';
import { eventually, type Fluxd } from '../front-door/start-fluxd.ts';

let cluster: KubeApi;
beforeAll(async () => {
  cluster = await startKubeApi();
});
afterAll(() => cluster?.stop());

const files = () =>
  Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.yaml`, configMap(`object-${i}`)]));

it('makes no request to the API server in passes with nothing to do, and says so', async () => {
  await using world = await follow(cluster, {
    files,
    args: ['--git-poll-interval=10h', '--sync-interval=10h'],
  });
  await world.fluxd.start();
  await world.synced();
  await world.fluxd.sync();
  cluster.requests.clear();
  const from = world.fluxd.mark();
  for (let pass = 0; pass < 5; pass += 1) await world.fluxd.sync();
  expect(cluster.requests.all().filter(({ verb }) => verb !== 'watch')).toEqual([]);
  await world.fluxd.sees('nothing to do', { from });
});

it('writes no object after a restart with everything in sync', async () => {
  await using world = await follow(cluster, { files });
  await world.fluxd.start();
  await world.synced();
  await world.fluxd.end('SIGTERM');
  cluster.requests.clear();
  const from = world.fluxd.mark();
  await world.fluxd.start();
  await world.fluxd.sees('nothing to do', { from });
  expect(cluster.requests.all().filter(({ verb }) => !['get', 'list', 'watch'].includes(verb ?? ''))).toEqual(
    [],
  );
});

async function metric(fluxd: Fluxd, name: string): Promise<number> {
  const text = await fluxd.metrics();
  const match = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text);
  if (!match) throw new Error(`there is no metric ${name}`);
  return Number(match[1]);
}

it('needs no more memory after a thousand passes than after two hundred', { timeout: 240_000 }, async () => {
  await using world = await follow(cluster, {
    files,
    args: ['--git-poll-interval=10h', '--sync-interval=5ms'],
  });
  const { fluxd } = world;
  await fluxd.start();
  await world.synced();
  const passes = () => metric(fluxd, 'flux_daemon_sync_duration_seconds_count');
  /** The least of many looks: between two of them the garbage was collected. */
  const leastHeapUntil = async (count: number): Promise<number> => {
    let least = Number.POSITIVE_INFINITY;
    await eventually(async () => {
      least = Math.min(least, await metric(fluxd, 'nodejs_heap_size_used_bytes'));
      if ((await passes()) < count) throw new Error('not yet');
    }, 200_000);
    return least;
  };
  await leastHeapUntil(200);
  const early = await leastHeapUntil(500);
  await leastHeapUntil(800);
  const late = await leastHeapUntil(1_100);
  expect((late - early) / 1e6).toBeLessThan(5);
});
