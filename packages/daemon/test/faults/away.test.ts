import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configMap, follow } from '../front-door/followed.ts';
import { eventually } from '../front-door/start-fluxd.ts';

let cluster: KubeApi;
beforeAll(async () => {
  cluster = await startKubeApi();
});
afterAll(() => cluster?.stop());

const quick = ['--git-poll-interval=300ms', '--sync-interval=2s'];

it('waits for an API server that is away, tells so, and goes on by itself', async () => {
  await using world = await follow(cluster, { files: () => ({ 'a.yaml': configMap('a') }), args: quick });
  await world.fluxd.start();
  await world.synced();
  await cluster.goAway();
  await world.repository.commit({ 'b.yaml': configMap('b') });
  await world.fluxd.sees(/err="?.*(does not answer|ECONNREFUSED)/);
  expect((await world.fluxd.status()).state).toBe('ready');
  await cluster.comeBack();
  await world.synced();
  await eventually(async () => expect(await world.configMap('b')).toMatchObject({ data: { value: 'one' } }));
  expect(await world.configMap('a')).toBeDefined();
});

it('starts though the API server is away', async () => {
  await using world = await follow(cluster, { files: () => ({ 'a.yaml': configMap('a') }), args: quick });
  await cluster.goAway();
  try {
    await world.fluxd.start();
    await world.fluxd.sees(/does not answer|ECONNREFUSED/);
  } finally {
    await cluster.comeBack();
  }
  await world.synced();
  expect(await world.configMap('a')).toBeDefined();
});

it('sees what changed while its watches were lost, or came back too late for history', async () => {
  await using world = await follow(cluster, { files: () => ({ 'a.yaml': configMap('a') }), args: quick });
  await world.fluxd.start();
  await world.synced();
  const path = `/api/v1/namespaces/${world.namespace}/configmaps/a`;
  for (const [round, how] of (['cut', 'end', 'expire'] as const).entries()) {
    cluster.endWatches(how);
    if (how === 'expire') cluster.compact();
    await world.kube.patch(path, { data: { value: `theirs ${round}` } });
    await eventually(async () =>
      expect(await world.configMap('a')).toMatchObject({ data: { value: 'one' } }),
    );
  }
  const asked = cluster.requests.count({ verb: 'watch' });
  expect(asked).toBeLessThan(1_000);
});

it('keeps what it has applied while the git host is away, and follows it again', async () => {
  await using world = await follow(cluster, { files: () => ({ 'a.yaml': configMap('a') }), args: quick });
  await world.fluxd.start();
  await world.synced();
  await world.host.goAway();
  await world.repository.commit({ 'b.yaml': configMap('b') });
  await eventually(async () => expect((await world.fluxd.status()).state).not.toBe('ready'));
  expect(await world.configMap('a')).toBeDefined();
  await world.host.comeBack();
  await world.synced();
  expect(await world.configMap('b')).toBeDefined();
});

it('follows a branch that was pushed by force', async () => {
  await using world = await follow(cluster, {
    files: () => ({ 'a.yaml': configMap('a'), 'b.yaml': configMap('b') }),
    args: quick,
  });
  await world.fluxd.start();
  await world.synced();
  await world.repository.commit({ 'b.yaml': configMap('b', 'mistake') });
  await world.synced();
  await world.repository.commit({ 'c.yaml': configMap('c') }, { parent: null });
  await world.synced();
  await eventually(async () => expect(await world.configMap('c')).toBeDefined());
  await eventually(async () => expect(await world.configMap('b')).toBeUndefined());
});

it('leaves the cluster alone while its branch is gone, and goes on when it is back', async () => {
  await using world = await follow(cluster, { files: () => ({ 'a.yaml': configMap('a') }), args: quick });
  await world.fluxd.start();
  const head = await world.synced();
  await world.repository.deleteBranch('master');
  await eventually(async () =>
    expect((await world.fluxd.status()).error).toContain("configured branch 'master' does not exist"),
  );
  expect(await world.configMap('a')).toBeDefined();
  await world.repository.moveBranch('master', head);
  await world.repository.commit({ 'a.yaml': configMap('a', 'back') });
  await world.synced();
  await eventually(async () => expect(await world.configMap('a')).toMatchObject({ data: { value: 'back' } }));
});
