import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastAppliedAnnotation } from '../../src/cluster/take-over.ts';
import { markLabel } from '../../src/manifests/mark.ts';
import {
  connect,
  eventually,
  expectActions,
  item,
  refOf,
  type TestConnection,
  type TestObject,
} from './connect.ts';

describe.each(clustersUnderTest())('on the $name API server', ({ start }) => {
  let access: ClusterAccess;
  let flux: TestConnection;
  let namespace: string;
  let serial = 0;

  beforeAll(async () => {
    access = await start();
    flux = await connect(access);
  });
  afterAll(async () => {
    await flux?.close();
    await access?.stop();
  });
  beforeEach(async () => {
    serial += 1;
    namespace = `test-${serial}`;
    await create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await flux.cluster.live.follow(
      [
        { apiVersion: 'v1', kind: 'ConfigMap' },
        { apiVersion: 'v1', kind: 'Secret' },
        { apiVersion: 'v1', kind: 'Service' },
        { apiVersion: 'apps/v1', kind: 'Deployment' },
      ],
      flux.signal,
    );
  });

  const paths: Record<string, string> = {
    ConfigMap: '/api/v1/namespaces/NS/configmaps',
    Secret: '/api/v1/namespaces/NS/secrets',
    Service: '/api/v1/namespaces/NS/services',
    Deployment: '/apis/apps/v1/namespaces/NS/deployments',
    Namespace: '/api/v1/namespaces',
    CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  };
  const pathOf = (object: TestObject): string => (paths[object.kind] ?? '').replace('NS', namespace);
  const create = (object: TestObject, manager = 'somebody') =>
    flux.client.request(
      { method: 'POST', path: pathOf(object), query: { fieldManager: manager }, body: object },
      flux.signal,
    );
  const read = async (object: TestObject): Promise<JsonObject> =>
    (
      await flux.client.request(
        { method: 'GET', path: `${pathOf(object)}/${object.metadata.name}` },
        flux.signal,
      )
    ).body;
  const patch = (object: TestObject, body: JsonObject, subresource = '') =>
    flux.client.request(
      {
        method: 'PATCH',
        path: `${pathOf(object)}/${object.metadata.name}${subresource}`,
        query: { fieldManager: 'somebody' },
        contentType: 'application/merge-patch+json',
        body,
      },
      flux.signal,
    );
  const apply = (...objects: TestObject[]) => flux.cluster.apply(objects.map(item), flux.signal);
  const fieldsOf = (object: TestObject) => flux.cluster.live.get(refOf(object))?.fields;

  const configMap = (name: string, data: JsonObject = { a: '1' }): TestObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
    data,
  });
  const deployment = (name: string, env: JsonObject[] = []): TestObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: 'alpine:3.19', env, ports: [{ containerPort: 80 }] }] },
      },
    },
  });

  it('[daemon 20] creates, leaves alone what is as it should be, and configures what changed', async () => {
    expectActions(await apply(configMap('a'), deployment('b')), 'created', 'created');
    expectActions(await apply(configMap('a'), deployment('b')), 'unchanged', 'unchanged');
    expectActions(await apply(configMap('a', { b: '2' })), 'configured');
    expect((await read(configMap('a')))['data']).toEqual({ b: '2' });
  });

  it('[daemon 60] lets one bad object fail alone, and names its field', async () => {
    const bad = deployment('bad');
    (bad['spec'] as JsonObject)['template'] = {
      metadata: { labels: { app: 'other' } },
      spec: { containers: [{ name: 'a', image: 'x' }] },
    };
    const outcomes = await apply(configMap('a'), bad, configMap('c'));
    expectActions(outcomes, 'created', 'failed', 'created');
    const failed = outcomes[1];
    if (failed?.action !== 'failed') expect.fail('it was applied');
    expect(failed.error.field).toBe('spec.template.metadata.labels');
    expect(failed.error.error.message).toContain('`selector` does not match template `labels`');
    expect(failed.error.retryable).toBe(false);
  });

  it('says which field is immutable', async () => {
    await apply(deployment('fixed'));
    const changed = deployment('fixed');
    (changed['spec'] as JsonObject)['selector'] = { matchLabels: { app: 'fixed', more: 'x' } };
    ((changed['spec'] as JsonObject)['template'] as JsonObject)['metadata'] = {
      labels: { app: 'fixed', more: 'x' },
    };
    const [failed] = await apply(changed);
    if (failed?.action !== 'failed') expect.fail('it was applied');
    expect(failed.error.field).toBe('spec.selector');
    expect(failed.error.error.message).toContain('field is immutable');
  });

  it('waits for the namespace that is not there yet, and for the kind', async () => {
    const homeless: TestObject = { ...configMap('a'), metadata: { name: 'a', namespace: 'nowhere' } };
    const unknown: TestObject = {
      apiVersion: 'no.such/v1',
      kind: 'Thing',
      metadata: { name: 'a', namespace },
    };
    const outcomes = await apply(homeless, unknown);
    expect(outcomes.map((o) => o.action === 'failed' && [o.error.retryable, o.error.error.message])).toEqual([
      [true, 'namespaces "nowhere" not found'],
      [true, 'the cluster serves no kind Thing in no.such/v1'],
    ]);
  });

  it('applies a namespace before what lives in it, and a CRD before its objects', async () => {
    const crd: TestObject = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `foos${serial}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: `Foo${serial}`, plural: `foos${serial}` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    const home = `new-${serial}`;
    const foo: TestObject = {
      apiVersion: 'example.com/v1',
      kind: `Foo${serial}`,
      metadata: { name: 'foo', namespace: home },
      spec: { size: 3 },
    };
    const inside: TestObject = { ...configMap('a'), metadata: { name: 'a', namespace: home } };
    const outcomes = await apply(
      foo,
      inside,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } },
      crd,
    );
    expectActions(outcomes, 'created', 'created', 'created', 'created');
  });

  it.each([
    { what: 'a kubectl apply', manager: 'kubectl-client-side-apply', operation: 'Update' },
    { what: 'an old kubectl, as Flux v1 has it', manager: 'kubectl', operation: 'Update' },
  ])('takes over what $what wrote: a field removed in git really goes', async ({ manager }) => {
    const old = configMap('taken', { kept: '1', removed: '2' });
    old.metadata['annotations'] = { [lastAppliedAnnotation]: JSON.stringify(old) };
    await create(old, manager);
    await patch(configMap('taken'), { data: { foreign: '3' } });
    expectActions(await apply(configMap('taken', { kept: '1' })), 'configured');
    const live = await read(configMap('taken'));
    expect(live['data']).toEqual({ kept: '1', foreign: '3' });
    expect((live['metadata'] as JsonObject)['annotations']).not.toHaveProperty([lastAppliedAnnotation]);
    expectActions(await apply(configMap('taken', { kept: '1' })), 'unchanged');
  });

  it('writes lists with two entries of one key as a whole, with a warning that names the line', async () => {
    const twice = deployment('twice', [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ]);
    const [created] = await apply(twice);
    if (created?.action !== 'created') expect.fail(JSON.stringify(created));
    expect(created.warnings.join()).toMatch(/^twice\.yaml:3: duplicate entries for key \[name="A"\]/);
    expectActions(await apply(twice), 'unchanged');
    const other = deployment('twice', [
      { name: 'A', value: '3' },
      { name: 'A', value: '4' },
    ]);
    expectActions(await apply(other), 'configured');
  });

  it.each([
    { what: 'a patch of a field of ours', change: { data: { a: 'changed' } }, drift: true, by: 'somebody' },
    { what: 'a field of ours that is taken away', change: { data: { a: null } }, drift: true, by: undefined },
    {
      what: 'a foreign label',
      change: { metadata: { labels: { theirs: 'x' } } },
      drift: false,
      by: undefined,
    },
    { what: 'a foreign field', change: { data: { theirs: 'x' } }, drift: false, by: undefined },
  ])('drift: $what', async ({ change, drift, by }) => {
    const object = configMap('drifting');
    await apply(object);
    const told: string[] = [];
    flux.cluster.live.onChange((ref) => told.push(`${ref.namespace}/${ref.name}`));
    await patch(object, change as JsonObject);
    // a mark of the end, as changes are told in order
    await create({
      ...configMap('marker'),
      metadata: { name: 'marker', namespace, labels: { [markLabel]: 'x' } },
    });
    await eventually(() => expect(told).toContain(`${namespace}/marker`));
    expect(fieldsOf(object)).toBe(drift ? 'changed' : 'as-applied');
    expect(told.includes(`${namespace}/drifting`)).toBe(drift);
    if (!drift) return;
    expect(flux.cluster.live.get(refOf(object))?.otherManager).toBe(by);
    expectActions(await apply(object), 'configured');
    expect(fieldsOf(object)).toBe('as-applied');
  });

  it('drift: scaled by others, yet not by a status', async () => {
    const object = deployment('scaled');
    await apply(object);
    await patch(object, { spec: { replicas: 3 } }, '/scale');
    await eventually(() => expect(fieldsOf(object)).toBe('changed'));
    await apply(object);
    expect(((await read(object))['spec'] as JsonObject)['replicas']).toBe(1);
    await patch(object, { status: { conditions: [{ type: 'Odd', status: 'True' }] } }, '/status');
    expect(fieldsOf(object)).toBe('as-applied');
  });

  it('knows after a restart, without a body, what is as it was applied', async () => {
    const same = deployment('same', [{ name: 'A', value: '1' }]);
    const moved = configMap('moved');
    const secret: TestObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace },
      data: { a: 'Yg==' },
    };
    await apply(same, moved, secret);
    await patch(moved, { data: { a: 'changed' } });
    const again = await connect(access);
    try {
      const kinds = ['v1 ConfigMap', 'apps/v1 Deployment', 'v1 Secret'].map((text) => {
        const [apiVersion = '', kind = ''] = text.split(' ');
        return { apiVersion, kind };
      });
      await again.cluster.live.follow(kinds, again.signal);
      const confirm = async (object: TestObject) => {
        expect(again.cluster.live.get(refOf(object))?.fields).toBe('unknown');
        return again.cluster.live.confirm(refOf(object), await item(object).body(again.signal));
      };
      expect([await confirm(same), await confirm(moved), await confirm(secret)]).toEqual([
        'as-applied',
        'changed',
        'as-applied',
      ]);
    } finally {
      await again.close();
    }
  });

  it('finds marked objects of kinds that are not in git, and not those that only copy a label', async () => {
    const service: TestObject = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'svc', namespace },
      spec: { ports: [{ port: 80 }], selector: { app: 'x' } },
    };
    await apply(service);
    const again = await connect(access);
    try {
      await again.cluster.live.follow([], again.signal);
      const mine = [...again.cluster.live.marked()].filter(({ ref }) => ref.namespace === namespace);
      expect(mine.map(({ id, owned }) => [id, owned])).toEqual([[`${namespace}:service/svc`, false]]);
    } finally {
      await again.close();
    }
  });

  it('sees an object that says to be ignored, though it was never marked', async () => {
    const object = configMap('left-alone');
    object.metadata['annotations'] = { 'flux.weave.works/ignore': 'true' };
    await create(object);
    await eventually(() => expect(flux.cluster.live.get(refOf(object))?.ignore).toBe('true'));
  });

  it('[daemon 21] prunes, and takes what is gone already for pruned', async () => {
    const a = configMap('a');
    const b = deployment('b');
    await apply(a, b);
    const objects = [a, b].map((object) => flux.cluster.live.get(refOf(object)));
    if (!objects[0] || !objects[1]) expect.fail('not there');
    await flux.client.request({ method: 'DELETE', path: `${pathOf(a)}/a` }, flux.signal);
    const outcomes = await flux.cluster.prune([objects[0], objects[1]], flux.signal);
    expectActions(outcomes, 'gone', 'deleted');
    await expect(read(b)).rejects.toThrow('not found');
  });

  it('does not prune an object that was made anew meanwhile', async () => {
    const object = configMap('anew');
    await apply(object);
    const before = flux.cluster.live.get(refOf(object));
    if (!before) expect.fail('not there');
    await flux.client.request({ method: 'DELETE', path: `${pathOf(object)}/anew` }, flux.signal);
    await create(object);
    const [outcome] = await flux.cluster.prune([before], flux.signal);
    expect(outcome?.action).toBe('failed');
    expect((await read(object))['data']).toEqual({ a: '1' });
  });

  it('[daemon 16] lists workloads, init containers last', async () => {
    const app = deployment('app');
    const spec = ((app['spec'] as JsonObject)['template'] as JsonObject)['spec'] as JsonObject;
    spec['initContainers'] = [{ name: 'init', image: 'busybox' }];
    await apply(app);
    await eventually(async () => {
      const [workload] = await flux.cluster.workloads({ namespace }, flux.signal);
      expect(workload?.containers.map(({ Name, Current }) => [Name, Current.ID])).toEqual([
        ['app', 'alpine:3.19'],
        ['init', 'busybox'],
      ]);
      expect(workload?.rollout).toMatchObject({ Desired: 1, Messages: null });
    });
  });

  it('[daemon 32] keeps to the namespaces that are allowed', async () => {
    await apply(deployment('inside'));
    const narrow = await connect(access, { allowedNamespaces: [namespace, 'missing'] });
    try {
      const found = await narrow.cluster.workloads({}, narrow.signal);
      expect(found.map(({ id }) => id)).toEqual([`${namespace}:deployment/inside`]);
    } finally {
      await narrow.close();
    }
  });

  it('keeps secrets: reads, patches, and says when there is none', async () => {
    const name = `key-${serial}`;
    const secret: TestObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' } };
    await flux.client.request(
      { method: 'POST', path: '/api/v1/namespaces/default/secrets', body: secret },
      flux.signal,
    );
    await flux.secrets.patch(
      name,
      { data: { identity: Buffer.from('k\n') }, annotations: { x: 'y' } },
      flux.signal,
    );
    const read = await flux.secrets.get(name, flux.signal);
    expect([read?.data.get('identity')?.toString(), read?.annotations]).toEqual(['k\n', { x: 'y' }]);
    expect(await flux.secrets.get('no-such', flux.signal)).toBeUndefined();
  });

  it('exports namespaces with their workloads', async () => {
    await apply(deployment('saved'));
    const text = await flux.cluster.export(flux.signal);
    expect(text).toMatch(
      new RegExp(
        `kind: Namespace[^]*name: ${namespace}\\n[^]*kind: Deployment`
          .replace('[^]', '[\\s\\S]')
          .replace('[^]', '[\\s\\S]'),
      ),
    );
  });
});
