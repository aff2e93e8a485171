import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, it } from 'vitest';
import { checksumAnnotation, markLabel } from '../../src/manifests/mark.ts';
import { definition, expectActions, failureOf, item, markOf, type TestObject } from './objects.ts';
import { onClusters } from './on-clusters.ts';

onClusters((bench) => {
  it('[daemon 20] creates, leaves alone what is as it should be, and configures what changed', async () => {
    const { apply, hands, make } = bench();
    expectActions(await apply(make.configMap('a'), make.deployment('b')), 'created', 'created');
    expectActions(await apply(make.configMap('a'), make.deployment('b')), 'unchanged', 'unchanged');
    expectActions(await apply(make.configMap('a', { b: '2' })), 'configured');
    const live = await hands.read(make.configMap('a'));
    expect(live['data']).toEqual({ b: '2' });
    expect(live.metadata).toMatchObject({
      labels: { [markLabel]: markOf(make.configMap('a')) },
      annotations: { [checksumAnnotation]: 'c0ffee' },
    });
  });

  it('[daemon 77] hands on what YAML 1.1 means: 0644 is 420', async () => {
    const { apply, hands, make } = bench();
    const volume = { name: 'v', configMap: { name: 'c', defaultMode: 0o644 } };
    const object = make.deployment('mode', {}, { volumes: [volume] });
    expectActions(await apply(object), 'created');
    expect(await hands.read(object)).toMatchObject({
      spec: { template: { spec: { volumes: [{ configMap: { defaultMode: 420 } }] } } },
    });
  });

  it('[daemon 60] lets one bad object fail alone, names its field, and applies each of the others once', async () => {
    const { apply, make } = bench();
    const bad = make.deployment('bad');
    (bad['spec'] as JsonObject)['selector'] = { matchLabels: { app: 'other' } };
    const outcomes = await apply(make.configMap('a'), bad, make.configMap('c'));
    expectActions(outcomes, 'created', 'failed', 'created');
    const failure = failureOf([outcomes[1] as (typeof outcomes)[number]]);
    expect(failure).toMatchObject({ field: 'spec.template.metadata.labels', retryable: false });
    expect(failure.message).toContain('`selector` does not match template `labels`');
  });

  it.each([
    {
      what: 'a field that its kind has not',
      change: { repliccas: 1 },
      field: 'spec.repliccas',
      message: /field not declared in schema/,
    },
    {
      what: 'a value of the wrong type',
      change: { paused: { a: 'secretive' } },
      field: 'spec.paused',
      message: /spec\.paused: expected boolean, got a mapping$/,
    },
  ])('says what does not fit the schema: $what', async ({ change, field, message }) => {
    const { apply, make } = bench();
    const object = make.deployment('typed');
    Object.assign(object['spec'] as JsonObject, change);
    const failure = failureOf(await apply(object));
    expect(failure).toMatchObject({ field, retryable: false });
    expect(failure.message).toMatch(message);
  });

  it('says which field is immutable, without the value that the server quotes', async () => {
    const { apply, make, namespace } = bench();
    expectActions(await apply(make.deployment('fixed')), 'created');
    const changed = make.deployment('fixed');
    const spec = changed['spec'] as JsonObject;
    spec['selector'] = { matchLabels: { app: 'fixed', more: 'x'.repeat(60) } };
    (spec['template'] as JsonObject)['metadata'] = { labels: { app: 'fixed', more: 'x'.repeat(60) } };
    const selector = failureOf(await apply(changed));
    expect(selector.field).toBe('spec.selector');
    expect(selector.message).toMatch(/spec\.selector: Invalid value: …: field is immutable/);

    const job = (value: string): TestObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once', namespace },
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'a', image: 'alpine:3.19', env: [{ name: 'PASSWORD', value }] }],
          },
        },
      },
    });
    expectActions(await apply(job('first')), 'created');
    const template = failureOf(await apply(job('hunter2')));
    expect(template).toMatchObject({ field: 'spec.template', retryable: false });
    expect(template.message).toContain('field is immutable');
    expect(template.message).not.toContain('hunter2');
  });

  it('waits for the namespace that is not there yet, and for the kind', async () => {
    const { apply, make, namespace } = bench();
    const homeless: TestObject = { ...make.configMap('a'), metadata: { name: 'a', namespace: 'nowhere' } };
    const unknown: TestObject = {
      apiVersion: 'no.such/v1',
      kind: 'Thing',
      metadata: { name: 'a', namespace },
    };
    expect(failureOf(await apply(homeless))).toMatchObject({
      message: 'namespaces "nowhere" not found',
      retryable: true,
    });
    expect(failureOf(await apply(unknown))).toMatchObject({
      message: 'the cluster serves no kind Thing in no.such/v1',
      retryable: true,
    });
  });

  it('[daemon 31] applies a namespace before what lives in it, and a CRD before its objects', async () => {
    const { apply, flux, make, serial } = bench();
    const kind = `Foo${serial}`;
    await flux.cluster.live.follow([definition(kind)], flux.signal);
    const home = `new-${serial}`;
    const foo: TestObject = {
      apiVersion: 'example.com/v1',
      kind,
      metadata: { name: 'foo', namespace: home },
      spec: { size: 3, nothing: null },
    };
    const inside: TestObject = { ...make.configMap('a'), metadata: { name: 'a', namespace: home } };
    const namespace: TestObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } };
    const outcomes = await apply(foo, inside, namespace, definition(kind));
    expectActions(outcomes, 'created', 'created', 'created', 'created');
    expectActions(await apply(foo, definition(kind)), 'configured', 'unchanged');
  });

  it('writes lists with two entries of one key as a whole, with a warning that names the line', async () => {
    const { apply, hands, make } = bench();
    const env = (...values: string[]): JsonObject => ({ env: values.map((value) => ({ name: 'A', value })) });
    const twice = make.deployment('twice', { ...env('1', '2'), workingDir: '/tmp' });
    const [created] = await apply(twice);
    if (created?.action !== 'created') expect.fail(JSON.stringify(created));
    expect(created.warnings.join()).toMatch(/^twice\.yaml:3: duplicate entries for key \[name="A"\]/);
    expectActions(await apply(twice), 'unchanged');
    expectActions(await apply(make.deployment('twice', env('3', '4'))), 'configured');
    const container = async (): Promise<unknown> => {
      const { spec } = (await hands.read(twice)) as unknown as {
        spec: { template: { spec: { containers: unknown[] } } };
      };
      return spec.template.spec.containers[0];
    };
    // what git removed is gone, what the server filled in is there
    expect(await container()).toMatchObject({ ...env('3', '4'), imagePullPolicy: 'IfNotPresent' });
    expect(await container()).not.toHaveProperty('workingDir');
    // and back to a server-side apply, which again removes what git removes
    expectActions(await apply(make.deployment('twice', env('5'))), 'configured');
    expect(await container()).toMatchObject(env('5'));
    expectActions(await apply(make.deployment('twice')), 'configured');
    expect(await container()).not.toHaveProperty('env');
    expectActions(await apply(make.deployment('twice')), 'unchanged');
  });

  it("writes a Secret's stringData so that a key removed from git goes", async () => {
    const { apply, hands, make } = bench();
    const secret = (stringData: JsonObject): TestObject => ({ ...make.secret('s', {}), stringData });
    expectActions(await apply(secret({ kept: 'one', removed: 'two' })), 'created');
    expectActions(await apply(secret({ kept: 'one' })), 'configured');
    expect((await hands.read(make.secret('s')))['data']).toEqual({ kept: 'b25l' });
    expectActions(await apply(secret({ kept: 'one' })), 'unchanged');
  });

  it.each([
    { what: 'a number', data: { password: 31415926535 }, secret: '31415926535' },
    { what: 'what is not base64', data: { password: 'hunter2!!' }, secret: 'hunter2' },
    { what: 'a mapping', data: { password: { hunter2: 'hunter3' } }, secret: 'hunter' },
  ])('does not tell a secret that the server refuses: $what', async ({ data, secret }) => {
    const { apply, make } = bench();
    const failure = failureOf(await apply(make.secret('bad', data as JsonObject)));
    expect(failure.message).not.toContain(secret);
    expect(failure.retryable).toBe(false);
  });

  it('keeps the replicas that somebody scaled when git does not speak of them', async () => {
    const { apply, hands, make } = bench();
    const object = make.deployment('scaled', {}, { replicas: null });
    expectActions(await apply(object), 'created');
    await hands.patch(object, { spec: { replicas: 3 } }, '/scale');
    const again = make.deployment('scaled', { image: 'alpine:3.20' }, { replicas: null });
    expectActions(await apply(again), 'configured');
    expect(await hands.read(object)).toMatchObject({ spec: { replicas: 3 } });
  });

  it('ends with the abort, not with outcomes', async () => {
    const { flux, make } = bench();
    const stop = new AbortController();
    const items = Array.from({ length: 50 }, (_, n) => item(make.configMap(`many-${n}`)));
    let done = 0;
    const work = flux.cluster.apply(items, stop.signal, () => {
      done += 1;
      if (done === 5) stop.abort(new Error('that is enough'));
    });
    await expect(work).rejects.toThrow('that is enough');
    expect(done).toBeLessThan(50);
  });
});
