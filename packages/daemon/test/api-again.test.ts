import type { ControllerStatus, ImageStatus } from '@fluxctl/shared/api/types';
import type { ImageName } from '@fluxctl/shared/images/image-ref';
import { expect, it, vi } from 'vitest';
import type { Workload } from '../src/cluster/cluster.ts';
import { type ApiWorld, startApi } from './fakes/api.ts';
import { createFakeCluster } from './fakes/fake-cluster.ts';
import { type Known, knownImages } from './fakes/known-images.ts';
import { object } from './fakes/world.ts';

// What was encoded for one answer is used for the next, as long as it is still true.

type Annotations = Readonly<Record<string, string>>;
const deployment = (name: string, annotations: Annotations = {}) =>
  object('Deployment', name, { annotations });
const id = (name: string) => `default:deployment/${name}` as Workload['id'];

const workload = (name: string, more: Partial<Workload> = {}): Workload => ({
  id: id(name),
  status: 'ready',
  rollout: { Desired: 1, Updated: 1, Ready: 1, Available: 1, Outdated: 0, Messages: null },
  containers: [{ name: 'c', image: { domain: 'quay.io', path: 'acme/hello', tag: '1', sha256: '' } }],
  containersError: undefined,
  antecedent: undefined,
  labels: { 'a<b': '&' },
  ignore: undefined,
  pullsWith: { serviceAccount: 'default', secrets: [] },
  progress: undefined,
  ...more,
});

/** A cluster whose workloads stay the same objects until they change, as those of the watches do. */
async function start(
  images: ApiWorld['ports']['images'] = { ...knownImages({}), scanNext: () => true, status: () => [] },
) {
  const running = new Map<string, Workload>();
  const cluster = { ...createFakeCluster(), workloads: async () => [...running.values()] };
  const api = await startApi({}, undefined, { cluster, images });
  const { repository } = api.world;
  const commit = async (files: Readonly<Record<string, Annotations>>): Promise<void> => {
    const objects = Object.entries(files).map(([name, annotations]) => [
      `${name}.yaml`,
      deployment(name, annotations),
    ]);
    const head = repository.commit(Object.fromEntries(objects));
    repository.refreshed();
    await vi.waitFor(() => expect(repository.tags.get('flux-sync')).toBe(head));
  };
  return { api, running, commit };
}

it('tells of a workload what is so now', async () => {
  const { api, running, commit } = await start();
  await using _ = api;
  const tell = async (): Promise<ControllerStatus> => {
    const [first, again] = [await api.ask('/v11/services'), await api.ask('/v11/services')];
    expect(again.text).toBe(first.text);
    const list = first.json() as ControllerStatus[];
    expect(list.map(({ ID }) => ID)).toEqual([...running.keys()].map(id));
    return list[0] as ControllerStatus;
  };
  running.set('a', workload('a')).set('b', workload('b'));
  await commit({});
  expect(await tell()).toMatchObject({ ReadOnly: 'NotInRepo', Policies: {} });
  await commit({ a: {}, b: {} });
  expect(await tell()).toMatchObject({ ReadOnly: '', Automated: false, Labels: { 'a<b': '&' } });
  await commit({ a: { 'fluxcd.io/automated': 'true' }, b: {} });
  expect(await tell()).toMatchObject({ Automated: true, Policies: { automated: 'true' } });
  running.set('a', workload('a', { status: 'updating' }));
  expect(await tell()).toMatchObject({ Automated: true, Status: 'updating' });
  await commit({ b: {} });
  expect(await tell()).toMatchObject({ Automated: false, ReadOnly: 'NotInRepo', Status: 'updating' });
  running.delete('b');
  expect(await tell()).toMatchObject({ ID: id('a') });
});

it('tells of images what is known now, to each as it asked', async () => {
  let known: Readonly<Record<string, Known>> = { '1': '2022-01-01', '2': '2022-01-02' };
  let registry = knownImages({ 'quay.io/acme/hello': known });
  const learn = (more: Readonly<Record<string, Known>>): void => {
    known = { ...known, ...more };
    registry = knownImages({ 'quay.io/acme/hello': known });
  };
  const { api, running, commit } = await start({
    imagesOf: (name: ImageName) => registry.imagesOf(name),
    scanNext: () => true,
    status: () => [],
  });
  await using _ = api;
  const tell = async (query = ''): Promise<ImageStatus[]> => {
    const [first, again] = [await api.ask(`/v10/images?${query}`), await api.ask(`/v10/images?${query}`)];
    expect(again.text).toBe(first.text);
    return first.json() as ImageStatus[];
  };
  const latest = (list: ImageStatus[]) =>
    list.map(({ Containers }) => Containers?.map(({ LatestFiltered }) => LatestFiltered.ID.split(':')[1]));
  running
    .set('a', workload('a'))
    .set('b', workload('b'))
    .set('none', workload('none', { containers: [] }));
  await commit({ a: {}, b: {}, none: {} });
  expect(latest(await tell())).toEqual([['2'], ['2'], undefined]);
  learn({ '3': '2022-01-03' });
  expect(latest(await tell())).toEqual([['3'], ['3'], undefined]);
  await commit({ a: { 'fluxcd.io/tag.c': 'glob:1*' }, b: {}, none: {} });
  expect(latest(await tell())).toEqual([['1'], ['3'], undefined]);
  expect((await tell('containerFields=Name'))[1]?.Containers).toEqual([
    { Name: 'c', Current: { ID: '', Labels: {} }, LatestFiltered: { ID: '', Labels: {} } },
  ]);
  expect((await tell())[1]?.Containers?.[0]?.AvailableImagesCount).toBe(3);
});

it('sends a long answer bit by bit, and a short one with its length', async () => {
  const { api, running, commit } = await start();
  await using _ = api;
  await commit({});
  for (let index = 0; index < 2_000; index += 1) running.set(`w-${index}`, workload(`w-${index}`));
  const long = await api.ask('/v11/services');
  expect(long.json()).toHaveLength(2_000);
  expect(long.headers).toMatchObject({ 'transfer-encoding': 'chunked' });
  running.clear();
  running.set('a', workload('a'));
  const short = await api.ask('/v11/services');
  expect(short.headers).toMatchObject({ 'content-length': String(Buffer.byteLength(short.text)) });
});
