import { expect, it } from 'vitest';
import { jsonType, managers, mergeType, strategicType } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

const modifiedText =
  'the object has been modified; please apply your changes to the latest version and try again';

onEachCluster('objects', (cluster) => {
  const maps = () => `${cluster().core}/configmaps`;
  const create = async (name: string, data: Record<string, string> = { a: 'b' }) => {
    const reply = await cluster().kube.post(maps(), { metadata: { name }, data });
    expect(reply.code).toBe(201);
    return reply.body;
  };

  it('creates an object with what the server adds', async () => {
    const created = await create('created');
    expect(created).toMatchObject({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: 'created',
        namespace: 'test-ns',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
      data: { a: 'b' },
    });
    expect(managers(created)).toEqual({ 'test Update': { 'f:data': { '.': {}, 'f:a': {} } } });
    const { body } = await cluster().kube.get(`${maps()}/created`);
    expect(body).toEqual(created);
  });

  it('refuses a second object of the same name', async () => {
    await create('twice');
    const { code, body } = await cluster().kube.post(maps(), { metadata: { name: 'twice' } });
    expect(code).toBe(409);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'configmaps "twice" already exists',
      reason: 'AlreadyExists',
      details: { name: 'twice', kind: 'configmaps' },
      code: 409,
    });
  });

  it('names what it does not find', async () => {
    const { kube, apps } = cluster();
    const { code, body } = await kube.get(`${apps}/deployments/none`);
    expect(code).toBe(404);
    expect(body.message).toBe('deployments.apps "none" not found');
    expect(body.details).toEqual({ name: 'none', group: 'apps', kind: 'deployments' });
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const reply = await kube.ask(
        method,
        `${maps()}/none`,
        { metadata: { name: 'none' } },
        {
          type: method === 'PATCH' ? mergeType : 'application/json',
        },
      );
      expect([method, reply.code, reply.body.message]).toEqual([method, 404, 'configmaps "none" not found']);
    }
  });

  it('creates nothing in a namespace that is not there', async () => {
    const { kube } = cluster();
    const reply = await kube.post('/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'x' } });
    expect(reply.code).toBe(404);
    expect(reply.body).toMatchObject({
      message: 'namespaces "nowhere" not found',
      reason: 'NotFound',
      details: { name: 'nowhere', kind: 'namespaces' },
    });
    const applied = await kube.apply(
      '/api/v1/namespaces/nowhere/configmaps/x',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } },
      'm',
    );
    expect([applied.code, applied.body.message]).toEqual([404, 'namespaces "nowhere" not found']);
  });

  it('makes up a name', async () => {
    const { body } = await cluster().kube.post(maps(), { metadata: { generateName: 'made-up-' } });
    expect(body.metadata.name).toMatch(/^made-up-[a-z0-9]{5}$/);
    expect(body.metadata.generateName).toBe('made-up-');
  });

  it('writes only the version that was read', async () => {
    const { kube } = cluster();
    const first = await create('versions');
    const second = await kube.put(`${maps()}/versions`, { ...first, data: { a: 'c' } });
    expect(second.code).toBe(200);
    expect(Number(second.body.metadata.resourceVersion)).toBeGreaterThan(
      Number(first.metadata.resourceVersion),
    );
    const third = await kube.put(`${maps()}/versions`, { ...first, data: { a: 'd' } });
    expect(third.code).toBe(409);
    expect(third.body).toMatchObject({
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on configmaps "versions": ${modifiedText}`,
      details: { name: 'versions', kind: 'configmaps' },
    });
  });

  it('writes nothing when nothing changes', async () => {
    const { kube } = cluster();
    const before = await create('unchanged');
    for (const reply of [
      await kube.patch(`${maps()}/unchanged`, { data: { a: 'b' } }),
      await kube.put(`${maps()}/unchanged`, before),
    ]) {
      expect(reply.code).toBe(200);
      expect(reply.body.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    }
  });

  it('keeps what is not the writer’s to change', async () => {
    const { kube } = cluster();
    const before = await create('kept');
    const { code, body } = await kube.patch(`${maps()}/kept`, {
      metadata: { creationTimestamp: '2020-01-01T00:00:00Z', generation: 7, labels: { a: 'b' } },
    });
    expect(code).toBe(200);
    expect(body.metadata.creationTimestamp).toBe(before.metadata.creationTimestamp);
    expect(body.metadata.generation).toBeUndefined();
    const uid = await kube.patch(`${maps()}/kept`, { metadata: { uid: 'other' } });
    expect(uid.code).toBe(422);
    expect(uid.body.message).toBe(
      'ConfigMap "kept" is invalid: metadata.uid: Invalid value: "other": field is immutable',
    );
  });

  it('patches by merging', async () => {
    await create('merge', { a: 'b', c: 'd' });
    const { body } = await cluster().kube.patch(`${maps()}/merge`, {
      metadata: { labels: { x: 'y' } },
      data: { a: null, e: 'f' },
    });
    expect(body.data).toEqual({ c: 'd', e: 'f' });
    expect(body.metadata.labels).toEqual({ x: 'y' });
  });

  it('patches by operations, and only if their tests hold', async () => {
    const { kube } = cluster();
    const before = await create('json');
    const patched = await kube.patch(
      `${maps()}/json`,
      [
        { op: 'test', path: '/metadata/resourceVersion', value: before.metadata.resourceVersion },
        { op: 'add', path: '/metadata/annotations', value: { 'a/b': 'c' } },
        { op: 'replace', path: '/metadata/annotations/a~1b', value: 'd' },
        { op: 'add', path: '/data/x', value: 'y' },
        { op: 'copy', from: '/data/x', path: '/data/z' },
        { op: 'remove', path: '/data/a' },
      ],
      jsonType,
    );
    expect(patched.body).toMatchObject({
      metadata: { annotations: { 'a/b': 'd' } },
      data: { x: 'y', z: 'y' },
    });
    expect(patched.body.data.a).toBeUndefined();
    for (const patch of [
      [{ op: 'test', path: '/data/x', value: 'other' }],
      [{ op: 'remove', path: '/data/none' }],
      [{ op: 'replace', path: '/none/none', value: 1 }],
    ]) {
      const refused = await kube.patch(`${maps()}/json`, patch, jsonType);
      expect(refused.code).toBe(422);
      expect(refused.body.message).toBe('the server rejected our request due to an error in our request');
    }
    const stale = await kube.patch(
      `${maps()}/json`,
      [{ op: 'replace', path: '/metadata/resourceVersion', value: before.metadata.resourceVersion }],
      jsonType,
    );
    expect([stale.code, stale.body.reason]).toEqual([409, 'Conflict']);
  });

  it('migrates managed fields by a patch that tests the version', async () => {
    const { kube } = cluster();
    const before = await create('migrate');
    const managedFields = before.metadata.managedFields.map((entry: object) => ({
      ...entry,
      manager: 'other',
    }));
    const { code, body } = await kube.patch(
      `${maps()}/migrate`,
      [
        { op: 'replace', path: '/metadata/managedFields', value: managedFields },
        { op: 'replace', path: '/metadata/resourceVersion', value: before.metadata.resourceVersion },
      ],
      jsonType,
    );
    expect(code).toBe(200);
    expect(managers(body)).toEqual({ 'other Update': { 'f:data': { '.': {}, 'f:a': {} } } });
    const cleared = await kube.patch(`${maps()}/migrate`, { metadata: { managedFields: [{}] } });
    expect(cleared.body.metadata.managedFields).toBeUndefined();
  });

  it('patches lists by their merge keys', async () => {
    const { kube, apps } = cluster();
    await kube.post(`${apps}/deployments`, {
      metadata: { name: 'strategic' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'a' } },
        template: {
          metadata: { labels: { app: 'a' } },
          spec: {
            containers: [
              {
                name: 'a',
                image: 'a:1',
                env: [
                  { name: 'X', value: '1' },
                  { name: 'Y', value: '2' },
                ],
              },
              { name: 'b', image: 'b:1' },
            ],
          },
        },
      },
    });
    const spec = (containers: object[], more: object = {}) => ({
      spec: { template: { spec: { containers, ...more } } },
    });
    const containersAfter = async (patch: object) => {
      const { code, body } = await kube.patch(`${apps}/deployments/strategic`, patch as never, strategicType);
      expect(code).toBe(200);
      return body.spec.template.spec.containers.map(
        (each: { name: string; image: string; env?: object[] }) => [each.name, each.image, each.env ?? []],
      );
    };
    expect(await containersAfter(spec([{ name: 'b', image: 'b:2' }]))).toEqual([
      [
        'a',
        'a:1',
        [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
      ],
      ['b', 'b:2', []],
    ]);
    expect(
      await containersAfter(
        spec([
          {
            name: 'a',
            env: [
              { name: 'X', $patch: 'delete' },
              { name: 'Z', value: '3' },
            ],
          },
        ]),
      ),
    ).toEqual([
      [
        'a',
        'a:1',
        [
          { name: 'Z', value: '3' },
          { name: 'Y', value: '2' },
        ],
      ],
      ['b', 'b:2', []],
    ]);
    expect(
      await containersAfter(
        spec([{ name: 'c', image: 'c:1' }], {
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }, { name: 'b' }],
        }),
      ),
    ).toEqual([
      ['c', 'c:1', []],
      [
        'a',
        'a:1',
        [
          { name: 'Z', value: '3' },
          { name: 'Y', value: '2' },
        ],
      ],
      ['b', 'b:2', []],
    ]);
    expect(await containersAfter(spec([{ $patch: 'replace' }, { name: 'd', image: 'd:1' }]))).toEqual([
      ['d', 'd:1', []],
    ]);
    const recreate = await kube.patch(
      `${apps}/deployments/strategic`,
      { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } },
      strategicType,
    );
    expect(recreate.body.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('does as if, in a dry run', async () => {
    const { kube } = cluster();
    const before = await create('dry');
    const created = await kube.post(`${maps()}?dryRun=All`, { metadata: { name: 'dry-only' } });
    expect(created.code).toBe(201);
    expect(created.body.metadata.uid).toBeDefined();
    expect((await kube.get(`${maps()}/dry-only`)).code).toBe(404);
    const patched = await kube.patch(`${maps()}/dry?dryRun=All`, { data: { a: 'z' } });
    expect(patched.body.data).toEqual({ a: 'z' });
    expect((await kube.delete(`${maps()}/dry?dryRun=All`)).code).toBe(200);
    expect((await kube.get(`${maps()}/dry`)).body).toEqual(before);
  });

  it('deletes under conditions', async () => {
    const { kube } = cluster();
    const { metadata } = await create('conditions');
    const wrongUid = await kube.delete(`${maps()}/conditions`, { preconditions: { uid: 'other' } });
    expect(wrongUid.code).toBe(409);
    expect(wrongUid.body.message).toBe(
      `Operation cannot be fulfilled on ConfigMap "conditions": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
    const wrongVersion = await kube.delete(`${maps()}/conditions`, {
      preconditions: { resourceVersion: '1' },
    });
    expect(wrongVersion.code).toBe(409);
    expect(wrongVersion.body.message).toBe(
      `Operation cannot be fulfilled on ConfigMap "conditions": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
    const { uid, resourceVersion } = metadata;
    const right = await kube.delete(`${maps()}/conditions`, { preconditions: { uid, resourceVersion } });
    expect(right.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'conditions', kind: 'configmaps', uid },
    });
  });

  it('deletes what a selector chooses', async () => {
    const { kube } = cluster();
    for (const name of ['many-1', 'many-2', 'many-3']) {
      await kube.post(maps(), { metadata: { name, labels: { many: name === 'many-3' ? 'no' : 'yes' } } });
    }
    const { code } = await kube.delete(`${maps()}?labelSelector=many%3Dyes`);
    expect(code).toBe(200);
    const { body } = await kube.get(`${maps()}?labelSelector=many`);
    expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['many-3']);
  });

  it('counts the generation when what is wanted changes, and only then', async () => {
    const { kube, apps } = cluster();
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const created = await kube.post(`${apps}/deployments`, {
      metadata: { name: 'generation' },
      spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template },
    });
    expect(created.body.metadata.generation).toBe(1);
    const path = `${apps}/deployments/generation`;
    expect((await kube.patch(path, { metadata: { labels: { x: 'y' } } })).body.metadata.generation).toBe(1);
    expect((await kube.patch(path, { status: { replicas: 5 } })).body.metadata.generation).toBe(1);
    const changed = await kube.patch(path, { spec: { minReadySeconds: 3 } });
    expect(changed.body.metadata.generation).toBe(2);
    expect(changed.body.status.replicas).toBeUndefined();
  });

  it('separates the status from what is wanted', async () => {
    const { kube, apps } = cluster();
    const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    await kube.post(`${apps}/replicasets`, {
      metadata: { name: 'status' },
      spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, template },
    });
    const { code, body } = await kube.patch(`${apps}/replicasets/status/status`, {
      metadata: { annotations: { by: 'status' } },
      spec: { replicas: 9 },
      status: { conditions: [{ type: 'Test', status: 'True' }] },
    });
    expect(code).toBe(200);
    expect(body.spec.replicas).toBe(0);
    expect(body.status.conditions).toMatchObject([{ type: 'Test', status: 'True' }]);
    expect(managers(body)['test Update status']).toMatchObject({
      'f:status': {
        'f:conditions': { '.': {}, 'k:{"type":"Test"}': { '.': {}, 'f:status': {}, 'f:type': {} } },
      },
    });
  });

  it('keeps secrets as data, whatever they are written as', async () => {
    const { kube, core } = cluster();
    const { body } = await kube.post(`${core}/secrets`, {
      metadata: { name: 'plain' },
      data: { a: 'MQ==', b: 'Mg==' },
      stringData: { b: 'two', c: 'three' },
    });
    expect(body.data).toEqual({ a: 'MQ==', b: 'dHdv', c: 'dGhyZWU=' });
    expect(body.stringData).toBeUndefined();
    expect(body.type).toBe('Opaque');
    expect(managers(body)).toEqual({
      'test Update': { 'f:data': { '.': {}, 'f:a': {}, 'f:b': {}, 'f:c': {} }, 'f:type': {} },
    });
  });

  it('gives services addresses and node ports, and keeps them', async () => {
    const { kube, core } = cluster();
    const created = await kube.post(`${core}/services`, {
      metadata: { name: 'node-port' },
      spec: { type: 'NodePort', selector: { app: 'a' }, ports: [{ port: 80, targetPort: 3000 }] },
    });
    expect(created.body.spec).toMatchObject({
      clusterIP: expect.stringMatching(/^10\.\d+\.\d+\.\d+$/),
      ports: [{ port: 80, targetPort: 3000, protocol: 'TCP', nodePort: expect.any(Number) }],
      externalTrafficPolicy: 'Cluster',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
    });
    const { clusterIP, clusterIPs, ports } = created.body.spec;
    expect(clusterIPs).toEqual([clusterIP]);
    const updated = await kube.put(`${core}/services/node-port`, {
      metadata: { name: 'node-port' },
      spec: { type: 'NodePort', selector: { app: 'b' }, ports: [{ port: 80, targetPort: 4000 }] },
    });
    expect(updated.body.spec).toMatchObject({
      clusterIP,
      ports: [{ nodePort: ports[0].nodePort, targetPort: 4000 }],
    });
    const taken = await kube.post(`${core}/services`, {
      metadata: { name: 'taken' },
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: ports[0].nodePort }] },
    });
    expect([taken.code, taken.body.message]).toEqual([
      422,
      `Service "taken" is invalid: spec.ports[0].nodePort: Invalid value: ${ports[0].nodePort}: provided port is already allocated`,
    ]);
  });

  it.each([
    { method: 'GET', path: '/apis/nothing.example/v1/things', code: 404, text: '404 page not found\n' },
    { method: 'GET', path: '/nothing', code: 404, text: '404 page not found\n' },
    {
      method: 'GET',
      path: '/api/v1/nothings',
      code: 404,
      text: 'the server could not find the requested resource',
    },
    {
      method: 'GET',
      path: '/api/v1/namespaces/x/nodes/y',
      code: 404,
      text: 'the server could not find the requested resource',
    },
    {
      method: 'POST',
      path: '/api/v1/namespaces/default/configmaps/x',
      code: 405,
      text: 'the server does not allow this method on the requested resource',
    },
  ])('answers $method $path with $code', async ({ method, path, code, text }) => {
    const reply = await cluster().kube.ask(method, path);
    expect([reply.code, reply.body.message ?? reply.body]).toEqual([code, text]);
  });

  it('takes YAML too', async () => {
    const { kube } = cluster();
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: from-yaml\ndata:\n  a: "1"\n';
    const { code, body } = await kube.ask('POST', maps(), text, { type: 'application/yaml' });
    expect(code).toBe(201);
    expect(body.data).toEqual({ a: '1' });
    const read = await kube.get(`${maps()}/from-yaml`, { accept: 'application/yaml' });
    expect(read.body).toContain('name: from-yaml');
  });
});
