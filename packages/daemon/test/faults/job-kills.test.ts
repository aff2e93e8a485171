import { setTimeout as wait } from 'node:timers/promises';
import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import type { JobStatus } from '@fluxctl/shared/api/types';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { follow } from '../front-door/followed.ts';
import { eventually } from '../front-door/start-fluxd.ts';
import { jobEnd, update } from '../front-door/update.ts';
import { seededRandom } from './seeded-random.ts';

const kills = 8;
/** From the answer to the request on: by then, a job is over with its push and the sync. */
const longestLifeMs = 1_200;

let cluster: KubeApi;
beforeAll(async () => {
  cluster = await startKubeApi();
});
afterAll(() => cluster?.stop());

const image = (tag: number): string => `quay.io/acme/app:${tag}`;

function deployment(tag: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
spec:
  selector: { matchLabels: { app: app } }
  template:
    metadata: { labels: { app: app } }
    spec:
      containers:
        - name: main
          image: ${image(tag)} # stays
`;
}

it(`a job is wholly in git or not at all, through ${kills} times kill -9`, { timeout: 300_000 }, async () => {
  const random = seededRandom(7);
  await using world = await follow(cluster, { files: () => ({ 'app.yaml': deployment(0) }) });
  const { fluxd, repository, namespace } = world;
  const id = `${namespace}:deployment/app`;
  const spec = (tag: number) => ({
    Kind: 'execute',
    ContainerSpecs: { [id]: [{ Container: 'main', Target: image(tag) }] },
  });
  const ready = async (): Promise<void> => {
    await fluxd.start();
    await world.synced();
    await eventually(async () => expect((await fluxd.status()).state).toBe('ready'));
  };
  const done: string[] = [];
  let lost = 0;
  await ready();
  for (let kill = 1; kill <= kills; kill += 1) {
    const before = await repository.head();
    const asked = await fluxd.post('/v9/update-manifests', { type: 'containers', spec: spec(kill) });
    const job = String(asked);
    // every third time right in the middle of the push
    if (kill % 3 === 0) {
      const killed = Promise.withResolvers<void>();
      repository.duringNextPush(() => {
        void fluxd.end('SIGKILL').then(() => killed.resolve());
      });
      await killed.promise;
    } else {
      await wait(random() * longestLifeMs);
      await fluxd.end('SIGKILL');
    }
    await ready();
    const head = await repository.head();
    const status = await fluxd.get(`/v6/jobs?id=${job}`).catch((error: Error) => error.message);
    if (head === before) {
      lost += 1;
      expect(status).toContain(`404 {"type":"missing"`);
    } else {
      done.push(head);
      expect(await repository.read('app.yaml')).toBe(deployment(kill));
      expect(status).toMatchObject({
        StatusString: 'succeeded',
        Result: { revision: head, result: { [id]: { Status: 'success' } } },
      });
    }
  }
  const history = (await repository.log()).map(({ revision }) => revision);
  expect(history.slice(0, -1)).toEqual(done.toReversed());
  expect([...(await repository.notes()).keys()].sort()).toEqual(done.toSorted());
  expect(lost).toBeGreaterThan(0);
  expect(done.length).toBeGreaterThan(0);
});

it('[api 31] a release is found again after a restart, as it was', async () => {
  await using world = await follow(cluster, { files: () => ({ 'app.yaml': deployment(1) }) });
  const { fluxd, namespace } = world;
  await fluxd.start();
  await world.synced();
  const before = await update(fluxd, 'containers', {
    Kind: 'execute',
    ContainerSpecs: {
      [`${namespace}:deployment/app`]: [{ Container: 'main', Current: image(1), Target: image(2) }],
    },
    SkipMismatches: false,
    Force: false,
  });
  expect(before.StatusString).toBe('succeeded');
  await world.synced();
  await fluxd.end('SIGTERM');
  await fluxd.start();
  await world.synced();
  await fluxd.sees('nothing to do');
  const after: JobStatus = await jobEnd(fluxd, before.id);
  expect({ id: before.id, ...after }).toEqual(before);
});
