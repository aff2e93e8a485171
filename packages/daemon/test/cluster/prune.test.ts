import { expect, it } from 'vitest';
import type { LiveObject } from '../../src/cluster/cluster.ts';
import { expectActions, refOf, type TestObject } from './objects.ts';
import { type Bench, eventually, onClusters } from './on-clusters.ts';

function live({ flux }: Bench, object: TestObject): LiveObject {
  return flux.cluster.live.get(refOf(object)) ?? expect.fail(`${object.metadata.name} is not there`);
}

onClusters((bench) => {
  it('[daemon 21] prunes, and takes what is gone already for pruned', async () => {
    const { apply, flux, hands, make } = bench();
    const [a, b] = [make.configMap('a'), make.deployment('b')];
    await apply(a, b);
    const objects = [live(bench(), a), live(bench(), b)];
    await hands.remove(a);
    let done = 0;
    const outcomes = await flux.cluster.prune(objects, flux.signal, () => {
      done += 1;
    });
    expectActions(outcomes, 'gone', 'deleted');
    expect(done).toBe(2);
    await expect(hands.read(b)).rejects.toThrow('not found');
    await eventually(() => expect(flux.cluster.live.get(refOf(b))).toBeUndefined());
  });

  it('deletes an object whose status has moved on meanwhile', async () => {
    const { apply, flux, hands, make } = bench();
    const object = make.deployment('busy');
    await apply(object);
    const before = live(bench(), object);
    for (const status of ['True', 'False', 'True']) {
      await hands.patch(object, { status: { conditions: [{ type: 'Odd', status }] } }, '/status');
    }
    expectActions(await flux.cluster.prune([before], flux.signal), 'deleted');
  });

  it.each([
    { what: 'was made anew', anew: true, change: undefined },
    { what: 'says to be left alone', change: { metadata: { annotations: { 'fluxcd.io/ignore': 'true' } } } },
    { what: 'has another mark', change: { metadata: { labels: { 'fluxcd.io/sync-gc-mark': 'other' } } } },
  ])('does not prune an object that $what meanwhile', async ({ anew, change }) => {
    const { apply, flux, hands, make } = bench();
    const object = make.configMap('saved');
    await apply(object);
    const before = live(bench(), object);
    if (anew) {
      await hands.remove(object);
      await hands.create(object);
    } else {
      await hands.patch(object, change as never);
    }
    const [outcome] = await flux.cluster.prune([before], flux.signal);
    expect(outcome?.action).toBe('failed');
    expect((await hands.read(object))['data']).toEqual({ a: '1' });
  });

  it('does not wait for finalizers, and does not take the object for one to prune again', async () => {
    const { apply, flux, hands, make, namespace } = bench();
    const object = make.configMap('held');
    object.metadata['finalizers'] = ['example.com/hold'];
    await apply(object);
    const started = performance.now();
    expectActions(await flux.cluster.prune([live(bench(), object)], flux.signal), 'deleted');
    expect(performance.now() - started).toBeLessThan(10_000);
    const marked = [...flux.cluster.live.marked()].filter(({ ref }) => ref.namespace === namespace);
    expect(marked).toEqual([]);
    expect(flux.cluster.live.get(refOf(object))).toBeDefined();
    await hands.patch(object, { metadata: { finalizers: null } });
    await eventually(() => expect(flux.cluster.live.get(refOf(object))).toBeUndefined());
  });

  it('deletes what lives in a namespace before the namespace', async () => {
    const { apply, flux, make, serial } = bench();
    const home: TestObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `home-${serial}` } };
    const inside: TestObject = {
      ...make.configMap('inside'),
      metadata: { name: 'inside', namespace: home.metadata.name },
    };
    await flux.cluster.live.follow([home], flux.signal);
    await apply(inside, home);
    const objects = [live(bench(), home), live(bench(), inside)];
    expectActions(await flux.cluster.prune(objects, flux.signal), 'deleted', 'deleted');
  });
});
