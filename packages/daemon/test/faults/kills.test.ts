import { setTimeout as wait } from 'node:timers/promises';
import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configMap, follow } from '../front-door/followed.ts';
import { eventually } from '../front-door/start-fluxd.ts';
import { seededRandom } from './seeded-random.ts';

/** What the daemon may have to do between two kills: the more, the longer the pass. */
const objects = 25;
const kills = 50;
/** The longest that the daemon lives, from its first line on: a pass and its push are over by then. */
const longestLifeMs = 700;

let cluster: KubeApi;
beforeAll(async () => {
  cluster = await startKubeApi();
});
afterAll(() => cluster?.stop());

it(`survives ${kills} times kill -9 at any moment of a pass or a push`, { timeout: 600_000 }, async () => {
  const random = seededRandom(20);
  /** Name to value, as git has them. */
  const wanted = new Map(Array.from({ length: objects }, (_, index) => [`object-${index}`, 'first']));
  const gone = new Set<string>();
  let serial = objects;
  const fileOf = (name: string): string => `${name}.yaml`;

  await using world = await follow(cluster, {
    files: () =>
      Object.fromEntries([...wanted].map(([name, value]) => [fileOf(name), configMap(name, value)])),
    args: ['--git-poll-interval=200ms', '--sync-interval=1s'],
  });
  const { fluxd, repository, namespace } = world;
  await world.kube.create(`/api/v1/namespaces/${namespace}/configmaps`, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'bystander' },
  });

  for (let kill = 0; kill < kills; kill += 1) {
    const from = fluxd.mark();
    await fluxd.start();
    if (kill % 2 === 1) await fluxd.sees('event=refreshed', { from }).catch(() => undefined);
    const names = [...wanted.keys()];
    const removed = names[Math.floor(random() * names.length)] ?? '';
    const changed = names.filter((name) => name !== removed && random() < 0.3);
    const added = `object-${serial}`;
    serial += 1;
    wanted.delete(removed);
    gone.add(removed);
    for (const name of [...changed, added]) wanted.set(name, `kill ${kill}`);
    await repository.commit({
      [fileOf(removed)]: null,
      ...Object.fromEntries(
        [...changed, added].map((name) => [fileOf(name), configMap(name, `kill ${kill}`)]),
      ),
    });
    await wait(random() * longestLifeMs);
    await fluxd.end('SIGKILL');
  }

  await fluxd.start();
  await world.synced();
  await eventually(async () => {
    const list = await world.kube.get(`/api/v1/namespaces/${namespace}/configmaps`);
    const items = (list?.['items'] ?? []) as { metadata: { name: string }; data?: { value?: string } }[];
    const live = new Map(items.map(({ metadata, data }) => [metadata.name, data?.value]));
    live.delete('kube-root-ca.crt');
    expect(live.has('bystander')).toBe(true);
    live.delete('bystander');
    expect(Object.fromEntries(live)).toEqual(Object.fromEntries(wanted));
  });
  const deleted = cluster.requests
    .all({ verb: 'delete', namespace })
    .flatMap(({ name }) => (name === undefined ? [] : [name]));
  expect(deleted.filter((name) => !gone.has(name))).toEqual([]);
  expect(deleted.length).toBeGreaterThan(0);
});
