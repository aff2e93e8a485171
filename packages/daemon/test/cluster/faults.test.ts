import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestConnection } from './connect.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from './fault-proxy.ts';
import { expectActions, failureOf, item, refOf, type TestObject } from './objects.ts';
import { eventually, everyday, onClusters } from './on-clusters.ts';

const isWrite = ({ method }: SeenRequest): boolean => method !== 'GET';
const isWatch = ({ url }: SeenRequest): boolean => url.includes('watch=true');

/** A fault for the first so many requests that match. */
function first(times: number, matches: (request: SeenRequest) => boolean, fault: Fault) {
  let left = times;
  return (request: SeenRequest): Fault | undefined => {
    if (left === 0 || !matches(request)) return undefined;
    left -= 1;
    return fault;
  };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

onClusters((bench) => {
  let proxy: FaultProxy;
  let flux: TestConnection;

  beforeEach(async () => {
    proxy = await startFaultProxy(bench().access);
    flux = await bench().again({ through: proxy.server });
    await flux.cluster.live.follow(everyday, flux.signal);
  });
  afterEach(() => proxy.stop());

  const apply = (...objects: TestObject[]) => flux.cluster.apply(objects.map(item), flux.signal);
  const fieldsOf = (object: TestObject) => flux.cluster.live.get(refOf(object))?.fields;

  it('obeys a server that is busy, and gets everything through', async () => {
    const { make } = bench();
    proxy.fault = (request) =>
      isWrite(request) && Math.random() < 0.3 ? { status: 429, retryAfter: 1 } : undefined;
    const outcomes = await apply(...Array.from({ length: 60 }, (_, n) => make.configMap(`many-${n}`)));
    expect(new Set(outcomes.map(({ action }) => action))).toEqual(new Set(['created']));
  }, 60_000);

  it('waits as long as it is asked to', async () => {
    const { make } = bench();
    proxy.fault = first(1, isWrite, { status: 429, retryAfter: 2 });
    const started = performance.now();
    expectActions(await apply(make.configMap('a')), 'created');
    expect(performance.now() - started).toBeGreaterThan(2_000);
  });

  it.each<{ what: string; fault: Fault; action: string }>([
    { what: 'a server fault', fault: { status: 503 }, action: 'created' },
    { what: 'a conflict', fault: { status: 409, reason: 'Conflict' }, action: 'created' },
    { what: 'a connection that ends before', fault: { cut: 'before' }, action: 'created' },
    { what: 'a connection that ends behind', fault: { cut: 'after' }, action: 'configured' },
  ])('tries again after $what', async ({ fault, action }) => {
    const { make } = bench();
    proxy.fault = first(2, isWrite, fault);
    expectActions(await apply(make.configMap('a')), action);
    expect(proxy.requests.filter(isWrite)).toHaveLength(3);
  });

  it('gives up on a fault that stays, and says that it may pass', async () => {
    const { make } = bench();
    proxy.fault = (request) =>
      request.url.includes('stuck')
        ? { status: 500, message: 'Internal error occurred: no webhook' }
        : undefined;
    const outcomes = await apply(make.configMap('stuck'), make.configMap('free'));
    expectActions(outcomes, 'failed', 'created');
    expect(failureOf(outcomes.slice(0, 1))).toMatchObject({ retryable: true });
    expect(proxy.requests.filter(isWrite).length).toBeLessThan(8);
  });

  it('applies what lives in one namespace while another is slow to come', async () => {
    const { make, serial } = bench();
    const objectsOf = (namespace: string): TestObject[] => [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      ...[make.configMap('a'), make.deployment('b')].map(
        (object): TestObject => ({ ...object, metadata: { ...object.metadata, namespace } }),
      ),
    ];
    const [slow, quick] = [objectsOf(`slow-${serial}`), objectsOf(`quick-${serial}`)];
    const { promise: heldUntil, resolve: goOn } = Promise.withResolvers<void>();
    const isSlow = ({ url }: SeenRequest): boolean => url.startsWith(`/api/v1/namespaces/slow-${serial}`);
    proxy.fault = (request) => (isSlow(request) ? { heldUntil } : undefined);
    let done = 0;
    const work = flux.cluster.apply([...slow, ...quick].map(item), flux.signal, () => {
      done += 1;
    });
    await eventually(() => expect(done).toBe(quick.length));
    expect(proxy.requests.filter(isSlow)).toHaveLength(1);
    goOn();
    expect(new Set((await work).map(({ action }) => action))).toEqual(new Set(['created']));
  });

  it('does not try again what does not fit the schema, though it is told as a server fault', async () => {
    const { make } = bench();
    const failure = failureOf(await apply(make.deployment('typed', { replicas: 'many' })));
    expect(failure.retryable).toBe(false);
    expect(proxy.requests.filter(isWrite)).toHaveLength(1);
  });

  it('leaves out kinds that may not be listed, with one warning', async () => {
    const { access, again, apply: applyDirectly, make } = bench();
    const strict = await startFaultProxy(access);
    try {
      strict.fault = ({ url }) =>
        url.startsWith('/api/v1/secrets')
          ? { status: 403, reason: 'Forbidden', message: 'secrets is forbidden: User "x" cannot list' }
          : undefined;
      await applyDirectly(make.secret('s'), make.configMap('c'));
      const { cluster, logged, signal } = await again({ through: strict.server });
      await cluster.live.follow(everyday, signal);
      expect(cluster.live.get(refOf(make.secret('s')))).toBeUndefined();
      expect(cluster.live.get(refOf(make.configMap('c')))).toBeDefined();
      await cluster.live.follow(everyday, signal);
      const warnings = logged.filter(({ warning }) => warning === 'not allowed to list resources');
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatchObject({ err: expect.stringContaining('secrets is forbidden') });
      // what cannot be watched is not taken for unchanged
      expectActions(await cluster.apply([item(make.secret('s'))], signal), 'configured');
      expect(cluster.live.get(refOf(make.secret('s')))).toBeUndefined();
    } finally {
      await strict.stop();
    }
  });

  it('[daemon 19] lets an API group that is down cost only itself', async () => {
    const { access, again, make } = bench();
    const old = await startFaultProxy(access);
    try {
      old.isOld = true;
      old.fault = ({ url }) => (url === '/apis/batch/v1' ? { status: 503 } : undefined);
      const { cluster, signal } = await again({ through: old.server });
      await cluster.live.follow(everyday, signal);
      expectActions(await cluster.apply([item(make.deployment('a'))], signal), 'created');
      expect(await cluster.scope('batch/v1', 'Job', signal)).toEqual({
        found: false,
        reason:
          'error looking up API resources for Job.batch/v1: the server is currently unable to handle the request',
      });
      expect(await cluster.scope('apps/v1', 'StatefulSet', signal)).toMatchObject({ found: true });
    } finally {
      await old.stop();
    }
  });

  it.each(['cut', 'expired'] as const)('sees what changed while its watches were lost: %s', async (how) => {
    const { hands, make } = bench();
    const [kept, changed, gone] = [make.configMap('kept'), make.configMap('changed'), make.configMap('gone')];
    await apply(kept, changed, gone);
    proxy.fault = (request) => (isWatch(request) ? { status: 503 } : undefined);
    expect(proxy.cutWatches()).toBeGreaterThan(0);
    await hands.patch(changed, { data: { a: '2' } });
    await hands.remove(gone);
    proxy.fault = how === 'cut' ? () => undefined : first(8, isWatch, { status: 410, reason: 'Expired' });
    await eventually(() => {
      expect([fieldsOf(kept), fieldsOf(changed), fieldsOf(gone)]).toEqual([
        'as-applied',
        'changed',
        undefined,
      ]);
    });
  });

  it('goes on where it was when the API server is away for a while', async () => {
    const { access, hands, make } = bench();
    const objects = Array.from({ length: 30 }, (_, n) => make.configMap(`many-${n}`));
    await apply(...objects);
    await access.goAway();
    const work = apply(...objects.map(({ metadata: { name } }) => make.configMap(name, { b: '2' })));
    const back = new Promise((resolve) => setTimeout(resolve, 500)).then(() => access.comeBack());
    const [outcomes] = await Promise.all([work, back]);
    expect(new Set(outcomes.map(({ action }) => action))).toEqual(new Set(['configured']));
    await hands.patch(objects[0] as TestObject, { data: { b: '3' } });
    await eventually(() => expect(fieldsOf(objects[0] as TestObject)).toBe('changed'));
  }, 90_000);

  it('makes no request to tell what is live, and none for watches that are quiet', async () => {
    const { make } = bench();
    await apply(make.configMap('a'));
    proxy.requests.length = 0;
    await flux.cluster.live.follow(everyday, flux.signal);
    for (let round = 0; round < 1_000; round += 1) flux.cluster.live.get(refOf(make.configMap('a')));
    expect([...flux.cluster.live.marked()].length).toBeGreaterThan(0);
    await flux.cluster.scope('v1', 'ConfigMap', flux.signal);
    expect(proxy.requests).toEqual([]);
  });

  it('keeps its memory flat over many lists', async () => {
    const { hands, make } = bench();
    await apply(
      ...Array.from({ length: 200 }, (_, n) => make.configMap(`many-${n}`, { a: 'x'.repeat(500) })),
    );
    const touched = make.configMap('touched');
    await apply(touched);
    let change = 0;
    const see = async (): Promise<void> => {
      const before = flux.cluster.live.get(refOf(touched))?.resourceVersion;
      change += 1;
      await hands.patch(touched, { data: { theirs: String(change) } });
      await eventually(() => expect(flux.cluster.live.get(refOf(touched))?.resourceVersion).not.toBe(before));
    };
    const relist = async (rounds: number): Promise<number> => {
      for (let round = 0; round < rounds; round += 1) {
        const isOfMaps = (request: SeenRequest): boolean =>
          isWatch(request) && request.url.startsWith('/api/v1/configmaps?');
        proxy.fault = first(1, isOfMaps, { status: 410, reason: 'Expired' });
        proxy.cutWatches();
        // the first is seen by the list or the watch, the second by the watch, which is a good one then
        await see();
        await see();
      }
      const lists = proxy.requests.filter(({ url }) => url.startsWith('/api/v1/configmaps?limit'));
      expect(lists.length).toBeGreaterThanOrEqual(rounds);
      proxy.requests.length = 0;
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    await relist(5);
    const before = await relist(5);
    const after = await relist(40);
    expect((after - before) / 1e6).toBeLessThan(10);
    await hands.patch(make.configMap('many-7'), { data: { a: '2' } });
    await eventually(() => expect(fieldsOf(make.configMap('many-7'))).toBe('changed'));
  }, 90_000);
});
