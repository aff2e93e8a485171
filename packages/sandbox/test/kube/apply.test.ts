import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, it } from 'vitest';
import { jsonType, managers, until } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

const names = { a: { '.': {}, 'f:name': {}, 'f:image': {} } };

onEachCluster('server-side apply', (cluster) => {
  const maps = () => `${cluster().core}/configmaps`;
  const map = (name: string, data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...metadata },
    data,
  });
  const applyMap = (
    name: string,
    data: JsonObject,
    manager: string,
    force = false,
    metadata: JsonObject = {},
  ) => cluster().kube.apply(`${maps()}/${name}`, map(name, data, metadata), manager, force);
  const deployment = (name: string, container: JsonObject, spec: JsonObject = {}): JsonObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      ...spec,
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'a', image: 'a:1', ...container }] },
      },
    },
  });
  const applyDeployment = (
    name: string,
    container: JsonObject,
    manager: string,
    force = false,
    spec: JsonObject = {},
  ) =>
    cluster().kube.apply(
      `${cluster().apps}/deployments/${name}`,
      deployment(name, container, spec),
      manager,
      force,
    );

  it('creates, and owns exactly what was applied', async () => {
    const { code, body } = await applyDeployment(
      'owns',
      { ports: [{ containerPort: 80 }], env: [{ name: 'X', value: '1' }], args: ['a', 'b'], resources: {} },
      'flux',
    );
    expect(code).toBe(201);
    expect(managers(body)).toEqual({
      'flux Apply': {
        'f:spec': {
          'f:selector': {},
          'f:template': {
            'f:metadata': { 'f:labels': { 'f:app': {} } },
            'f:spec': {
              'f:containers': {
                'k:{"name":"a"}': {
                  ...names.a,
                  'f:args': {},
                  'f:env': { 'k:{"name":"X"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                  'f:ports': {
                    'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} },
                  },
                  'f:resources': {},
                },
              },
            },
          },
        },
      },
    });
    expect(body.metadata.managedFields[0]).toMatchObject({
      manager: 'flux',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      time: expect.stringMatching(/Z$/),
    });
    expect(body.spec.replicas).toBe(1);
  });

  it('changes nothing when it is repeated', async () => {
    const first = await applyMap('repeated', { a: '1' }, 'flux');
    const second = await applyMap('repeated', { a: '1' }, 'flux');
    expect(second.code).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  it('removes what is no longer applied, and only that', async () => {
    const { kube } = cluster();
    await applyMap('less', { a: '1', b: '2' }, 'flux', false, { labels: { x: '1', y: '2' } });
    await kube.patch(`${maps()}/less`, { data: { other: '3' }, metadata: { annotations: { by: 'others' } } });
    const { body } = await applyMap('less', { a: '1' }, 'flux', false, { labels: { x: '1' } });
    expect(body.data).toEqual({ a: '1', other: '3' });
    expect(body.metadata.labels).toEqual({ x: '1' });
    expect(body.metadata.annotations).toEqual({ by: 'others' });
  });

  it('removes items of keyed lists, and default fields with them', async () => {
    await applyDeployment(
      'items',
      {
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
        ports: [{ containerPort: 80 }, { containerPort: 81 }],
      },
      'flux',
    );
    const { body } = await applyDeployment('items', { env: [{ name: 'Y', value: '2' }] }, 'flux');
    const [container] = body.spec.template.spec.containers;
    expect(container.env).toEqual([{ name: 'Y', value: '2' }]);
    expect(container.ports).toBeUndefined();
  });

  it('keeps the order of applied lists, and of what others put there', async () => {
    const { kube, apps } = cluster();
    await applyDeployment(
      'order',
      {
        env: [
          { name: 'B', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      'flux',
    );
    await kube.patch(
      `${apps}/deployments/order`,
      [{ op: 'add', path: '/spec/template/spec/containers/0/env/1', value: { name: 'C', value: '3' } }],
      jsonType,
    );
    const { body } = await applyDeployment(
      'order',
      {
        env: [
          { name: 'A', value: '2' },
          { name: 'D', value: '4' },
          { name: 'B', value: '1' },
        ],
      },
      'flux',
    );
    const names = body.spec.template.spec.containers[0].env.map((each: { name: string }) => each.name);
    expect(names).toEqual(['C', 'A', 'D', 'B']);
  });

  it('tells of every conflict, by manager and path', async () => {
    const { kube } = cluster();
    await kube.post(
      maps(),
      { metadata: { name: 'conflict' }, data: { a: '1', b: '2' } },
      { userAgent: 'kubectl/1.32' },
    );
    const one = await applyMap('conflict', { a: 'other' }, 'flux');
    expect(one.code).toBe(409);
    expect(one.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.a',
      reason: 'Conflict',
      details: {
        causes: [
          { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.data.a' },
        ],
      },
      code: 409,
    });
    await applyMap('conflict', { c: '3' }, 'helm');
    const many = await applyMap('conflict', { a: 'x', b: 'y', c: 'z' }, 'flux');
    expect(many.code).toBe(409);
    expect(many.body.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "helm":\n- .data.c\nconflicts with "kubectl" using v1:\n- .data.a\n- .data.b',
    );
  });

  it('shares what is equal, and takes what is not when forced', async () => {
    const { kube } = cluster();
    await kube.post(maps(), { metadata: { name: 'force' }, data: { a: '1', b: '2' } });
    const shared = await applyMap('force', { a: '1' }, 'flux');
    expect(shared.code).toBe(200);
    expect(managers(shared.body)).toEqual({
      'flux Apply': { 'f:data': { 'f:a': {} } },
      'test Update': { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
    });
    const taken = await applyMap('force', { a: '9' }, 'flux', true);
    expect(taken.body.data).toEqual({ a: '9', b: '2' });
    expect(managers(taken.body)).toEqual({
      'flux Apply': { 'f:data': { 'f:a': {} } },
      'test Update': { 'f:data': { '.': {}, 'f:b': {} } },
    });
  });

  it('loses to other writers what they change, and has it back the same when applied again', async () => {
    const { kube, apps } = cluster();
    const path = `${apps}/deployments/drift`;
    const first = await applyDeployment('drift', { env: [{ name: 'X', value: '1' }] }, 'flux', true, {
      replicas: 0,
    });
    const before = managers(first.body)['flux Apply'];
    const drifted = await kube.patch(path, {
      spec: { replicas: 0, template: { spec: { containers: [{ name: 'a', image: 'a:2' }] } } },
    });
    expect(managers(drifted.body)['flux Apply']).not.toEqual(before);
    const foreign = await kube.patch(path, { metadata: { labels: { someone: 'else' } } });
    expect(managers(foreign.body)['flux Apply']).toEqual(managers(drifted.body)['flux Apply']);
    const again = await applyDeployment('drift', { env: [{ name: 'X', value: '1' }] }, 'flux', true, {
      replicas: 0,
    });
    expect(managers(again.body)['flux Apply']).toEqual(before);
    expect(again.body.metadata.labels).toEqual({ someone: 'else' });
  });

  it('books the scale subresource by itself', async () => {
    const { kube, apps } = cluster();
    await applyDeployment('scaled', {}, 'flux', true, { replicas: 0 });
    const scale = await kube.patch(`${apps}/deployments/scaled/scale`, { spec: { replicas: 0 } });
    expect(scale.body).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: {} });
    await kube.patch(`${apps}/deployments/scaled/scale`, { spec: { replicas: 2 } });
    const { body } = await until(
      'two replicas',
      () => kube.get(`${apps}/deployments/scaled`),
      (reply) => reply.body.spec.replicas === 2,
    );
    expect(managers(body)['test Update scale']).toEqual({ 'f:spec': { 'f:replicas': {} } });
    expect(managers(body)['flux Apply']).not.toHaveProperty(['f:spec', 'f:replicas']);
    const conflict = await applyDeployment('scaled', {}, 'flux', false, { replicas: 1 });
    expect(conflict.body.message).toBe(
      'Apply failed with 1 conflict: conflict with "test" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  it('finds out who owned what before the first apply', async () => {
    const { kube } = cluster();
    await kube.post(maps(), { metadata: { name: 'before' }, data: { a: '1', b: '2' } });
    await kube.patch(`${maps()}/before`, { metadata: { managedFields: [{}] } });
    const { body } = await applyMap('before', { a: '1' }, 'flux', true);
    expect(managers(body)).toEqual({
      'before-first-apply Update': { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} } },
      'flux Apply': { 'f:data': { 'f:a': {} } },
    });
    const migrated = body.metadata.managedFields.filter(
      (entry: JsonObject) => entry['operation'] === 'Apply',
    );
    await kube.patch(`${maps()}/before`, { metadata: { managedFields: migrated } });
    expect((await applyMap('before', { a: '1' }, 'flux', true)).body.data).toEqual({ a: '1', b: '2' });
  });

  it('takes over from kubectl by moving its entry to the applier', async () => {
    const { kube } = cluster();
    await kube.post(`${maps()}?fieldManager=kubectl-client-side-apply`, {
      metadata: { name: 'takeover', annotations: { note: 'old' } },
      data: { a: '1', gone: '2' },
    });
    const applied = await applyMap('takeover', { a: '1' }, 'flux', true);
    const moved = applied.body.metadata.managedFields
      .filter((entry: JsonObject) => entry['manager'] === 'kubectl-client-side-apply')
      .map((entry: JsonObject) => ({ ...entry, manager: 'flux', operation: 'Apply' }));
    const patched = await kube.patch(
      `${maps()}/takeover`,
      [
        { op: 'replace', path: '/metadata/managedFields', value: moved },
        { op: 'replace', path: '/metadata/resourceVersion', value: applied.body.metadata.resourceVersion },
      ],
      jsonType,
    );
    expect(patched.code).toBe(200);
    const { body } = await applyMap('takeover', { a: '1' }, 'flux', true);
    expect(body.data).toEqual({ a: '1' });
    expect(body.metadata.annotations).toBeUndefined();
    expect(managers(body)).toEqual({ 'flux Apply': { 'f:data': { 'f:a': {} } } });
  });

  it('two appliers share; what one lets go stays with the other', async () => {
    await applyMap('shared', { a: '1', b: '2' }, 'one');
    await applyMap('shared', { b: '2', c: '3' }, 'two');
    const { body } = await applyMap('shared', { a: '1' }, 'one');
    expect(body.data).toEqual({ a: '1', b: '2', c: '3' });
    expect(managers(body)).toEqual({
      'one Apply': { 'f:data': { 'f:a': {} } },
      'two Apply': { 'f:data': { 'f:b': {}, 'f:c': {} } },
    });
    const gone = await applyMap('shared', {}, 'two');
    expect(gone.body.data).toEqual({ a: '1' });
  });

  it('owns sets item by item', async () => {
    const { kube } = cluster();
    const applySet = (manager: string, ...finalizers: string[]) => {
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sets', finalizers } };
      return kube.apply(`${maps()}/sets`, body, manager);
    };
    const first = await applySet('one', 'example.com/a');
    expect(managers(first.body)).toEqual({
      'one Apply': { 'f:metadata': { 'f:finalizers': { 'v:"example.com/a"': {} } } },
    });
    await applySet('two', 'example.com/b');
    const { body } = await applySet('one', 'example.com/c');
    expect(body.metadata.finalizers).toEqual(['example.com/b', 'example.com/c']);
    await kube.patch(`${maps()}/sets`, { metadata: { finalizers: null } });
  });

  it('keeps a plain secret under the name it was applied by', async () => {
    const { kube, core } = cluster();
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'plain' },
      stringData: { a: 'one', b: 'two' },
    };
    const first = await kube.apply(`${core}/secrets/plain`, body, 'flux');
    expect(first.body.data).toEqual({ a: 'b25l', b: 'dHdv' });
    expect(managers(first.body)).toEqual({ 'flux Apply': { 'f:stringData': { 'f:a': {}, 'f:b': {} } } });
    const second = await kube.apply(`${core}/secrets/plain`, { ...body, stringData: { a: 'one' } }, 'flux');
    expect(second.body.data).toEqual({ a: 'b25l', b: 'dHdv' });
  });

  it('sets a field back to its default when it is applied as null', async () => {
    await applyDeployment('nulls', {}, 'flux', false, { replicas: 0 });
    const { body } = await applyDeployment('nulls', {}, 'flux', false, { replicas: null });
    expect(body.spec.replicas).toBe(1);
  });

  it('does not own the status that it is given', async () => {
    const { kube, apps } = cluster();
    const body = { ...deployment('statusless', {}), status: { replicas: 7 } };
    const applied = await kube.apply(`${apps}/deployments/statusless`, body, 'flux');
    expect(applied.body.status.replicas).toBeUndefined();
    expect(managers(applied.body)['flux Apply']).not.toHaveProperty('f:status');
  });

  it('as if, in a dry run', async () => {
    const { kube } = cluster();
    const reply = await kube.apply(`${maps()}/dry?dryRun=All`, map('dry', { a: '1' }), 'flux');
    expect(reply.code).toBe(201);
    expect((await kube.get(`${maps()}/dry`)).code).toBe(404);
  });

  it.each([
    {
      why: 'a body without a manager',
      query: '',
      body: map('bad', {}),
      code: 422,
      reason: 'Invalid',
      text: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    },
    {
      why: 'managed fields',
      body: map('bad', {}, { managedFields: [] }),
      code: 400,
      reason: 'BadRequest',
      text: 'metadata.managedFields must be nil',
    },
    {
      why: 'another name',
      body: map('other', {}),
      code: 400,
      reason: 'BadRequest',
      text: 'the name of the object (other) does not match the name on the URL (bad)',
    },
    {
      why: 'another kind',
      body: { ...map('bad', {}), kind: 'Secret' },
      code: 400,
      reason: 'BadRequest',
      text: 'invalid object type: /v1, Kind=Secret',
    },
    {
      why: 'an unknown field',
      body: { ...map('bad', {}), foo: 1 },
      code: 500,
      reason: undefined,
      text: 'failed to create typed patch object (/bad; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    },
    {
      why: 'a number for a text',
      body: map('bad', { a: 1 }),
      code: 500,
      reason: undefined,
      text: 'failed to create typed patch object (/bad; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}',
    },
    {
      why: 'another namespace',
      body: map('bad', {}, { namespace: 'default' }),
      code: 400,
      reason: 'BadRequest',
      text: 'the namespace of the provided object does not match the namespace sent on the request',
    },
  ])('refuses $why', async ({ body, code, reason, text, query = '?fieldManager=flux' }) => {
    const { kube } = cluster();
    const reply = await kube.ask('PATCH', `${maps()}/bad${query}`, body, {
      type: 'application/apply-patch+yaml',
    });
    expect([reply.code, reply.body.reason, reply.body.message]).toEqual([code, reason, text]);
  });

  it('refuses duplicates in keyed lists, all at once', async () => {
    const env = [
      { name: 'X', value: '1' },
      { name: 'X', value: '2' },
    ];
    const one = await applyDeployment('duplicates', { env }, 'flux');
    expect(one.code).toBe(500);
    expect(one.body.message).toBe(
      'failed to create typed patch object (/duplicates; apps/v1, Kind=Deployment): .spec.template.spec.containers[name="a"].env: duplicate entries for key [name="X"]',
    );
    const ports = [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }];
    const two = await applyDeployment('duplicates', { env, ports }, 'flux');
    const [head, ...lines] = two.body.message.split('\n');
    expect(head).toBe('failed to create typed patch object (/duplicates; apps/v1, Kind=Deployment): errors:');
    expect(lines.sort()).toEqual([
      '  .spec.template.spec.containers[name="a"].env: duplicate entries for key [name="X"]',
      '  .spec.template.spec.containers[name="a"].ports: duplicate entries for key [containerPort=80,protocol="TCP"]',
    ]);
  });

  it('lives with duplicates that an ordinary write brought in', async () => {
    const { kube, apps } = cluster();
    const env = [
      { name: 'X', value: '1' },
      { name: 'X', value: '2' },
    ];
    const created = await kube.post(
      `${apps}/deployments`,
      deployment('with-duplicates', { env }, { replicas: 0 }),
    );
    expect(created.code).toBe(201);
    expect(created.body.spec.template.spec.containers[0].env).toEqual(env);
    const path = `${apps}/deployments/with-duplicates`;
    const labelled = await kube.patch(path, { metadata: { labels: { a: 'b' } } });
    expect(labelled.code).toBe(200);
    const applied = await applyDeployment('with-duplicates', { image: 'a:2' }, 'flux', true);
    expect(applied.code).toBe(200);
    expect(applied.body.spec.template.spec.containers[0].env).toEqual(env);
  });
});
