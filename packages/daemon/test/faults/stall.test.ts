import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../cluster/fault-proxy.ts';
import { configMap, type Followed, follow } from '../front-door/followed.ts';

const limitMs = 3_000;
const names = Array.from({ length: 10 }, (_, index) => `map-${index}`);

let cluster: KubeApi;
let proxy: FaultProxy;
beforeAll(async () => {
  cluster = await startKubeApi();
});
afterAll(() => cluster?.stop());
beforeEach(async () => {
  proxy = await startFaultProxy(cluster);
});
afterEach(() => proxy.stop());

const isApply = ({ method, url }: SeenRequest): boolean => method === 'PATCH' && url.includes('/configmaps/');

function followThroughProxy(): Promise<Followed> {
  const kubeconfig = cluster.kubeconfig.replaceAll(cluster.server, proxy.server);
  const files = () => Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name)]));
  const args = [`--sync-timeout=${limitMs}ms`, '--git-poll-interval=1h', '--sync-interval=1h'];
  return follow({ ...cluster, kubeconfig }, { files, args });
}

it('lets a sync take longer than --sync-timeout, as long as it gets on', async () => {
  let line = Promise.resolve();
  proxy.fault = (request) => {
    if (!isApply(request)) return undefined;
    // An API server that takes one write after the other, and its time.
    line = line.then(() => sleep(limitMs / 5));
    return { heldUntil: line };
  };
  await using world = await followThroughProxy();
  const start = performance.now();
  await world.fluxd.start();
  await world.synced();
  expect(performance.now() - start).toBeGreaterThan(names.length * (limitMs / 5));
  expect(proxy.requests.filter(isApply)).toHaveLength(names.length);
  expect(world.fluxd.log).not.toContain('no progress');
});

it('gives a sync up that does not get on for --sync-timeout, says where it was, and tries again', async () => {
  const { promise: heldUntil, resolve: goOn } = Promise.withResolvers<void>();
  proxy.fault = (request) => (request.url.includes('/map-7?') ? { heldUntil } : undefined);
  await using world = await followThroughProxy();
  await world.fluxd.start();
  await world.fluxd.sees('no progress for 3s while applying 9 of 10 objects');
  goOn();
  await world.synced();
  expect(await world.configMap('map-7')).toBeDefined();
});
