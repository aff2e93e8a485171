import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, it } from 'vitest';
import { markLabel } from '../../src/manifests/mark.ts';
import { definition, expectActions, item, markOf, refOf, type TestObject } from './objects.ts';
import { type Bench, eventually, everyday, onClusters } from './on-clusters.ts';

/** Resolves when the watches have told all that happened to objects of a kind until now. */
async function caughtUp({ flux, hands, make }: Bench): Promise<void> {
  const name = `marker-${Math.random().toString(36).slice(2)}`;
  const marker = make.configMap(name);
  await hands.create({ ...marker, metadata: { ...marker.metadata, labels: { [markLabel]: 'x' } } });
  await eventually(() => expect(flux.cluster.live.get(refOf(marker))).toBeDefined());
}

onClusters((bench) => {
  it.each([
    { what: 'a patch of a field of ours', change: { data: { a: 'changed' } }, drift: true, by: 'somebody' },
    { what: 'a field of ours that is taken away', change: { data: { a: null } }, drift: true, by: undefined },
    { what: 'the mark taken away', change: { metadata: { labels: { [markLabel]: null } } }, drift: true },
    { what: 'a foreign label', change: { metadata: { labels: { theirs: 'x' } } }, drift: false },
    { what: 'a foreign annotation', change: { metadata: { annotations: { theirs: 'x' } } }, drift: false },
    { what: 'a foreign field', change: { data: { theirs: 'x' } }, drift: false },
  ])('drift: $what', async ({ change, drift, by }) => {
    const { apply, flux, hands, make, namespace } = bench();
    const object = make.configMap('drifting');
    await apply(object);
    const told: string[] = [];
    flux.cluster.live.onChange((ref) => told.push(`${ref.namespace}/${ref.name}`));
    await hands.patch(object, change as JsonObject);
    await caughtUp(bench());
    const live = flux.cluster.live.get(refOf(object));
    expect(live?.fields ?? 'gone').toBe(drift ? (live ? 'changed' : 'gone') : 'as-applied');
    expect(told.includes(`${namespace}/drifting`)).toBe(drift);
    if (!drift) return;
    if (by !== undefined) expect(live?.otherManager).toBe(by);
    expectActions(await apply(object), 'configured');
    expect(flux.cluster.live.get(refOf(object))).toMatchObject({
      fields: 'as-applied',
      mark: markOf(object),
    });
  });

  it('drift: scaled by others, yet not by a status', async () => {
    const { apply, flux, hands, make } = bench();
    const object = make.deployment('scaled', {}, { replicas: 1 });
    const fields = () => flux.cluster.live.get(refOf(object))?.fields;
    await apply(object);
    await hands.patch(object, { spec: { replicas: 3 } }, '/scale');
    await eventually(() => expect(fields()).toBe('changed'));
    await apply(object);
    expect(await hands.read(object)).toMatchObject({ spec: { replicas: 1 } });
    const before = flux.cluster.live.get(refOf(object))?.resourceVersion;
    await hands.patch(object, { status: { conditions: [{ type: 'Odd', status: 'True' }] } }, '/status');
    await eventually(() => expect(flux.cluster.live.get(refOf(object))?.resourceVersion).not.toBe(before));
    expect(fields()).toBe('as-applied');
  });

  it('drift: deleted by others, and made anew by others', async () => {
    const { apply, flux, hands, make } = bench();
    const object = make.configMap('deleted');
    await apply(object);
    await hands.remove(object);
    await eventually(() => expect(flux.cluster.live.get(refOf(object))).toBeUndefined());
    expectActions(await apply(object), 'created');
    await hands.remove(object);
    await hands.create((await item(object).body(flux.signal)) as TestObject);
    await eventually(() => expect(flux.cluster.live.get(refOf(object))?.fields).not.toBe('as-applied'));
  });

  it('is not told of its own applies', async () => {
    const { apply, flux, make, namespace } = bench();
    const told: string[] = [];
    flux.cluster.live.onChange((ref) => void (ref.namespace === namespace && told.push(ref.name)));
    const objects = Array.from({ length: 40 }, (_, n) => make.configMap(`own-${n}`));
    await apply(...objects);
    await apply(...objects.map(({ metadata: { name } }) => make.configMap(name, { b: '2' })));
    await caughtUp(bench());
    expect(told.filter((name) => name.startsWith('own-'))).toEqual([]);
  });

  it('knows after a restart, without a body, what is as it was applied', async () => {
    const { apply, again, hands, make, namespace, serial } = bench();
    const kind = `Odd${serial}`;
    const odd: TestObject = {
      apiVersion: 'example.com/v1',
      kind,
      metadata: { name: 'odd', namespace },
      spec: { nested: { deep: [1, 'two', { three: true }] }, empty: {}, list: [] },
    };
    const same = [
      make.configMap('same'),
      make.configMap('empty', {}),
      make.secret('s', { a: 'Yg==', b: '' }),
      {
        ...make.configMap('labelled'),
        metadata: { name: 'labelled', namespace, labels: {}, finalizers: [] },
      },
      make.service('svc', [
        { port: 80, name: 'a' },
        { port: 80, name: 'b', protocol: 'UDP', targetPort: 'http' },
      ]),
      make.deployment(
        'full',
        {
          env: [
            { name: 'A', value: '' },
            { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          ],
          args: [],
          command: ['a', 'b'],
          resources: { limits: { cpu: 1, memory: '64Mi' }, requests: {} },
          ports: [{ containerPort: 80 }, { containerPort: 81, protocol: 'UDP', name: 'x' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          securityContext: { capabilities: { drop: ['ALL'] } },
        },
        {
          volumes: [{ name: 'v', emptyDir: {} }],
          tolerations: [{ key: 'a', operator: 'Exists' }],
          nodeSelector: {},
          initContainers: [],
          hostAliases: [{ ip: '127.0.0.1', hostnames: ['a'] }],
        },
      ),
      odd,
    ];
    const moved = make.configMap('moved');
    expectActions(await apply(definition(kind)), 'created');
    const outcomes = await apply(...same, moved);
    expect(new Set(outcomes.map(({ action }) => action))).toEqual(new Set(['created']));
    await hands.patch(moved, { data: { a: 'changed' } });
    const { cluster, signal } = await again();
    await cluster.live.follow([...everyday, { apiVersion: 'example.com/v1', kind }], signal);
    const confirm = async (object: TestObject): Promise<string> => {
      expect(cluster.live.get(refOf(object))?.fields).toBe('unknown');
      return `${object.metadata.name} ${cluster.live.confirm(refOf(object), await item(object).body(signal))}`;
    };
    expect(await Promise.all([...same, moved].map(confirm))).toEqual([
      ...same.map(({ metadata: { name } }) => `${name} as-applied`),
      'moved changed',
    ]);
    expect(cluster.live.get(refOf(same[0] as TestObject))?.fields).toBe('as-applied');
    await hands.patch(same[0] as TestObject, { data: { a: 'changed' } });
    await eventually(() => expect(cluster.live.get(refOf(same[0] as TestObject))?.fields).toBe('changed'));
  });

  it('begins with the kinds of what is marked, of which it sees all that concerns it', async () => {
    const { apply, again, hands, make, namespace } = bench();
    await apply(make.configMap('marked'));
    const alone = make.configMap('left-alone');
    const annotations = { 'fluxcd.io/ignore': 'true' };
    await hands.create({ ...alone, metadata: { ...alone.metadata, annotations } });
    const { cluster, signal } = await again();
    await cluster.live.begin(signal);
    const seen = () =>
      ['marked', 'left-alone'].map((name) => cluster.live.get(refOf(make.configMap(name)))?.id);
    const both = [`${namespace}:configmap/marked`, `${namespace}:configmap/left-alone`];
    expect(seen()).toEqual(both);
    await cluster.live.follow(everyday, signal);
    expect(seen()).toEqual(both);
  });

  it('finds marked objects of kinds that are not in git, and not those that only copy a label', async () => {
    const { apply, again, hands, make, namespace } = bench();
    const service = make.service('svc');
    const pointer: TestObject = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'svc-x', namespace, labels: { [markLabel]: markOf(service) } },
      addressType: 'IPv4',
      endpoints: [],
    } as unknown as TestObject;
    await apply(service);
    await hands.create(pointer);
    const { cluster, signal } = await again();
    await cluster.live.follow([], signal);
    const mine = [...cluster.live.marked()].filter(({ ref }) => ref.namespace === namespace);
    expect(mine.map(({ id, owned }) => [id, owned])).toEqual([[`${namespace}:service/svc`, false]]);
  });

  it('[daemon 75] tells an owned object that has our mark for what it is', async () => {
    const { apply, flux, hands, make } = bench();
    await apply(make.configMap('owner'));
    const { uid } = (await hands.read(make.configMap('owner'))).metadata;
    const owned = make.configMap('owned');
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: String(uid) };
    await hands.create({
      ...owned,
      metadata: { ...owned.metadata, labels: { [markLabel]: 'x' }, ownerReferences: [owner] },
    });
    await eventually(() => expect(flux.cluster.live.get(refOf(owned))?.owned).toBe(true));
  });

  it('[daemon 28] [daemon 30] sees an object that says to be ignored, though it was never marked', async () => {
    const { flux, hands, make } = bench();
    const object = make.configMap('left-alone');
    await hands.create({
      ...object,
      metadata: { ...object.metadata, annotations: { 'flux.weave.works/ignore': 'true' } },
    });
    await eventually(() => expect(flux.cluster.live.get(refOf(object))).toMatchObject({ ignore: 'true' }));
    expect(flux.cluster.live.get(refOf(object))?.mark).toBeUndefined();
    await hands.patch(object, { metadata: { annotations: null } });
    await eventually(() => expect(flux.cluster.live.get(refOf(object))).toBeUndefined());
  });

  it('does not look at kinds that are excluded', async () => {
    const { again, apply, make } = bench();
    await apply(make.configMap('a'), make.secret('b'));
    const { cluster, signal } = await again({ excludedResources: ['v1/Conf*'] });
    await cluster.live.follow(everyday, signal);
    expect(cluster.live.get(refOf(make.configMap('a')))).toBeUndefined();
    expect(cluster.live.get(refOf(make.secret('b')))).toBeDefined();
  });

  it('[daemon 18] [daemon 34] follows a kind whose definition comes, goes and comes back', async () => {
    const { apply, flux, hands, namespace, serial } = bench();
    const kind = `Late${serial}`;
    const late: TestObject = {
      apiVersion: 'example.com/v1',
      kind,
      metadata: { name: 'late', namespace },
      spec: { a: 1 },
    };
    const { cluster, signal } = flux;
    const isServed = async (): Promise<boolean> =>
      (await cluster.scope('example.com/v1', kind, signal)).found;
    await cluster.live.follow([late], signal);
    expect(await isServed()).toBe(false);
    for (let round = 0; round < 2; round += 1) {
      await hands.create(definition(kind));
      await eventually(async () => expect(await isServed()).toBe(true));
      expectActions(await apply(late), 'created');
      await eventually(() => expect(cluster.live.get(refOf(late))?.fields).toBe('as-applied'));
      await hands.patch(late, { spec: { a: 2 } });
      await eventually(() => expect(cluster.live.get(refOf(late))?.fields).toBe('changed'));
      await hands.remove(definition(kind));
      await eventually(async () => expect(await isServed()).toBe(false));
      await eventually(() => expect(cluster.live.get(refOf(late))).toBeUndefined());
    }
  });

  it('[daemon 35] learns that a kind has moved into namespaces', async () => {
    const { flux, hands, serial } = bench();
    const kind = `Moving${serial}`;
    const scope = () => flux.cluster.scope('example.com/v1', kind, flux.signal);
    const told = new Promise<void>((resolve) => flux.cluster.onKindsChange(resolve));
    await hands.create(definition(kind, { scope: 'Cluster' }));
    await told;
    await eventually(async () => expect(await scope()).toMatchObject({ found: true, namespaced: false }));
    await hands.remove(definition(kind));
    await eventually(async () => expect(await scope()).toMatchObject({ found: false }));
    await hands.create(definition(kind));
    await eventually(async () => expect(await scope()).toMatchObject({ found: true, namespaced: true }));
  });

  it('finds marked objects of a kind that is served later', async () => {
    const { again, flux, hands, namespace, serial } = bench();
    const kind = `Older${serial}`;
    const object: TestObject = {
      apiVersion: 'example.com/v1',
      kind,
      metadata: { name: 'older', namespace, labels: { [markLabel]: 'x' } },
    };
    const serve = (served: boolean): Promise<void> => {
      const [version] = definition(kind).spec.versions;
      return hands.patch(definition(kind), { spec: { versions: [{ ...version, served }] } } as JsonObject);
    };
    const isServed = async () => (await flux.cluster.scope('example.com/v1', kind, flux.signal)).found;
    await hands.create(definition(kind));
    await eventually(() => hands.create(object));
    await serve(false);
    await eventually(async () => expect(await isServed()).toBe(false));
    const { cluster, signal } = await again();
    await cluster.live.follow([], signal);
    await serve(true);
    await eventually(() => expect([...cluster.live.marked()].map(({ ref }) => ref.name)).toContain('older'));
  });

  it("says in Flux v1's words what is not served", async () => {
    const { flux } = bench();
    const reason = async (apiVersion: string, kind: string) => {
      const scope = await flux.cluster.scope(apiVersion, kind, flux.signal);
      return scope.found ? 'found' : scope.reason;
    };
    expect(await reason('apps/v1', 'Depl')).toBe('resource not found for API apps/v1, kind Depl');
    expect(await reason('a.b/v1', 'C')).toBe('server resources for a.b/v1 not found');
    expect(await reason('v1', 'ConfigMap')).toBe('found');
  });
});
