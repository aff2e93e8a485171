import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, it } from 'vitest';
import { until } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

const hold = 'example.com/hold';

onEachCluster('lifecycle', (cluster) => {
  const maps = () => `${cluster().core}/configmaps`;
  const gone = (path: string) =>
    until(
      `the end of ${path}`,
      () => cluster().kube.get(path),
      ({ code }) => code === 404,
    );
  const create = async (name: string, metadata: JsonObject = {}) => {
    const { code, body } = await cluster().kube.post(maps(), { metadata: { name, ...metadata } });
    expect(code).toBe(201);
    return body;
  };
  // biome-ignore lint/suspicious/noExplicitAny: an object of the API
  const ownerOf = ({ metadata }: any, blockOwnerDeletion = false): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name,
    uid: metadata.uid,
    ...(blockOwnerDeletion && { blockOwnerDeletion }),
  });

  it('gives every namespace what it needs', async () => {
    const { kube } = cluster();
    const { body } = await kube.post('/api/v1/namespaces', {
      metadata: { name: 'fresh', labels: { a: 'b' } },
    });
    expect(body).toMatchObject({
      metadata: { labels: { a: 'b', 'kubernetes.io/metadata.name': 'fresh' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
    const account = await until(
      'the account',
      () => kube.get('/api/v1/namespaces/fresh/serviceaccounts/default'),
      ({ code }) => code === 200,
    );
    expect(account.body.metadata.name).toBe('default');
  });

  it('empties a namespace before it goes', async () => {
    const { kube } = cluster();
    await kube.post('/api/v1/namespaces', { metadata: { name: 'leaving' } });
    await kube.post('/api/v1/namespaces/leaving/configmaps', {
      metadata: { name: 'held', finalizers: [hold] },
    });
    await kube.post('/api/v1/namespaces/leaving/secrets', { metadata: { name: 'free' } });
    const deleted = await kube.delete('/api/v1/namespaces/leaving');
    expect(deleted.body.status.phase).toBe('Terminating');
    expect(deleted.body.metadata.deletionTimestamp).toBeDefined();
    await gone('/api/v1/namespaces/leaving/secrets/free');
    const refused = await kube.post('/api/v1/namespaces/leaving/configmaps', { metadata: { name: 'late' } });
    expect(refused.code).toBe(403);
    expect(refused.body.message).toBe(
      'configmaps "late" is forbidden: unable to create new content in namespace leaving because it is being terminated',
    );
    expect(refused.body.details.causes).toEqual([
      {
        reason: 'NamespaceTerminating',
        message: 'namespace leaving is being terminated',
        field: 'metadata.namespace',
      },
    ]);
    expect((await kube.get('/api/v1/namespaces/leaving')).body.status.phase).toBe('Terminating');
    await kube.patch('/api/v1/namespaces/leaving/configmaps/held', { metadata: { finalizers: null } });
    await gone('/api/v1/namespaces/leaving');
    expect((await kube.post('/api/v1/namespaces', { metadata: { name: 'leaving' } })).code).toBe(201);
  });

  it('holds what has finalizers', async () => {
    const { kube } = cluster();
    await create('held', { finalizers: [hold] });
    const { code, body } = await kube.delete(`${maps()}/held`);
    expect([code, body.kind, body.metadata.deletionGracePeriodSeconds]).toEqual([200, 'ConfigMap', 0]);
    const again = await kube.delete(`${maps()}/held`);
    expect(again.body.metadata.deletionTimestamp).toBe(body.metadata.deletionTimestamp);
    const changed = await kube.patch(`${maps()}/held`, { data: { a: 'b' } });
    expect(changed.body.data).toEqual({ a: 'b' });
    await kube.patch(`${maps()}/held`, { metadata: { finalizers: null } });
    expect((await kube.get(`${maps()}/held`)).code).toBe(404);
  });

  it('collects what has lost its owner', async () => {
    const { kube } = cluster();
    const owner = await create('owner');
    await create('owned', { ownerReferences: [ownerOf(owner)] });
    await kube.delete(`${maps()}/owner`, { propagationPolicy: 'Background' });
    await gone(`${maps()}/owned`);
  });

  it('collects through several generations, and only when the last owner goes', async () => {
    const { kube } = cluster();
    const [first, second] = [await create('first'), await create('second')];
    const child = await create('child', { ownerReferences: [ownerOf(first), ownerOf(second)] });
    await create('grandchild', { ownerReferences: [ownerOf(child)] });
    await kube.delete(`${maps()}/first`);
    const left = await until(
      'one owner',
      () => kube.get(`${maps()}/child`),
      ({ body }) => body.metadata?.ownerReferences?.length === 1,
    );
    expect(left.body.metadata.ownerReferences).toMatchObject([{ name: 'second' }]);
    await kube.delete(`${maps()}/second`);
    await gone(`${maps()}/grandchild`);
  });

  it('leaves dependents alone when told to', async () => {
    const { kube } = cluster();
    const owner = await create('parent');
    await create('orphan', { ownerReferences: [ownerOf(owner)] });
    await kube.delete(`${maps()}/parent`, { propagationPolicy: 'Orphan' });
    await gone(`${maps()}/parent`);
    const { body } = await until(
      'no owner',
      () => kube.get(`${maps()}/orphan`),
      (reply) => reply.body.metadata?.ownerReferences === undefined,
    );
    expect(body.metadata.name).toBe('orphan');
  });

  it('keeps the owner until its dependents are gone, in the foreground', async () => {
    const { kube } = cluster();
    const owner = await create('front');
    await create('blocking', { ownerReferences: [ownerOf(owner, true)], finalizers: [hold] });
    const { body } = await kube.delete(`${maps()}/front`, { propagationPolicy: 'Foreground' });
    expect(body.metadata.finalizers).toEqual(['foregroundDeletion']);
    await until(
      'the dependent being deleted',
      () => kube.get(`${maps()}/blocking`),
      (reply) => reply.body.metadata?.deletionTimestamp !== undefined,
    );
    expect((await kube.get(`${maps()}/front`)).code).toBe(200);
    await kube.patch(`${maps()}/blocking`, { metadata: { finalizers: null } });
    await gone(`${maps()}/front`);
  });

  it('deletes pods that run nowhere at once', async () => {
    const { kube, core } = cluster();
    const pod = { metadata: { name: 'nowhere' }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    expect((await kube.post(`${core}/pods`, pod)).code).toBe(201);
    const { body } = await kube.delete(`${core}/pods/nowhere`);
    expect(body.kind).toBe('Pod');
    expect((await kube.get(`${core}/pods/nowhere`)).code).toBe(404);
  });

  it('gives pods that run somewhere their grace', async () => {
    const { kube, core } = cluster();
    const spec = {
      nodeName: 'some-node',
      terminationGracePeriodSeconds: 7,
      containers: [{ name: 'a', image: 'a' }],
    };
    await kube.post(`${core}/pods`, { metadata: { name: 'somewhere' }, spec });
    const { body } = await kube.delete(`${core}/pods/somewhere`);
    expect(body.metadata).toMatchObject({
      deletionGracePeriodSeconds: 7,
      deletionTimestamp: expect.any(String),
    });
    const forced = await kube.delete(`${core}/pods/somewhere`, { gracePeriodSeconds: 0 });
    expect(forced.code).toBe(200);
    await gone(`${core}/pods/somewhere`);
  });

  it('refuses a policy that it does not know', async () => {
    await create('policy');
    const { code, body } = await cluster().kube.delete(`${maps()}/policy`, { propagationPolicy: 'Sideways' });
    expect([code, body.message]).toEqual([
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"',
    ]);
  });
});
