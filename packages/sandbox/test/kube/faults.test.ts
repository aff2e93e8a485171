import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Kube } from './kube.ts';

/** What only the sandbox can do: go wrong on demand. */
describe('faults on demand', () => {
  let api: KubeApi;
  let kube: Kube;
  const maps = '/api/v1/namespaces/default/configmaps';

  beforeEach(async () => {
    api = await startKubeApi();
    kube = new Kube(api);
  });
  afterEach(async () => {
    kube.close();
    await api.stop();
    expect(api.controllerProblems).toEqual([]);
  });

  it('refuses by status, so many times, with Retry-After', async () => {
    api.faults.plan(
      { verb: 'list', resource: 'configmaps' },
      { type: 'status', code: 429, retryAfter: 2 },
      1,
    );
    const busy = await kube.get(maps);
    expect(busy.code).toBe(429);
    expect(busy.headers['retry-after']).toBe('2');
    expect(busy.body).toMatchObject({ reason: 'TooManyRequests', details: { retryAfterSeconds: 2 } });
    expect((await kube.get(maps)).code).toBe(200);
  });

  it('cuts a connection before anything is done', async () => {
    api.faults.plan({ verb: 'create' }, { type: 'cut-before' }, 1);
    await expect(kube.post(maps, { metadata: { name: 'a' } })).rejects.toThrow();
    expect((await kube.get(`${maps}/a`)).code).toBe(404);
  });

  it('cuts a connection in the middle of the answer, when everything is done', async () => {
    api.faults.plan({ verb: 'create' }, { type: 'cut-after' }, 1);
    await expect(kube.post(maps, { metadata: { name: 'a' } })).rejects.toThrow();
    expect((await kube.get(`${maps}/a`)).code).toBe(200);
  });

  it('answers late', async () => {
    api.faults.plan({ verb: 'get' }, { type: 'slow', ms: 300 }, 1);
    const start = performance.now();
    expect((await kube.get('/api/v1/namespaces/default')).code).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(290);
  });

  it('forbids, in the words of RBAC', async () => {
    const token = api.addUser({ name: 'dev', groups: ['devs'] });
    const allow = api.deny({ user: 'dev', resource: 'deployments' });
    const refused = await kube.ask(
      'PATCH',
      '/apis/apps/v1/namespaces/default/deployments/x/scale',
      {},
      { token },
    );
    expect(refused.code).toBe(403);
    expect(refused.body).toMatchObject({
      message:
        'deployments.apps "x" is forbidden: User "dev" cannot patch resource "deployments/scale" in API group "apps" in the namespace "default"',
      reason: 'Forbidden',
      details: { name: 'x', group: 'apps', kind: 'deployments' },
    });
    const listed = await kube.get('/apis/apps/v1/deployments', { token });
    expect(listed.body.message).toBe(
      'deployments.apps is forbidden: User "dev" cannot list resource "deployments" in API group "apps" at the cluster scope',
    );
    expect((await kube.get(maps, { token })).code).toBe(200);
    allow();
    expect((await kube.get('/apis/apps/v1/deployments', { token })).code).toBe(200);
    api.revoke(token);
    expect((await kube.get(maps, { token })).code).toBe(401);
  });

  it('says who may do what', async () => {
    const token = api.addUser({ name: 'dev', groups: ['devs'] });
    api.deny({ user: 'dev', resource: 'secrets' });
    const may = async (resource: string) => {
      const spec = { resourceAttributes: { namespace: 'default', verb: 'get', resource } };
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      return (await kube.post(path, { spec }, { token })).body.status.allowed;
    };
    expect([await may('pods'), await may('secrets')]).toEqual([true, false]);
    const who = await kube.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token });
    expect(who.body.status.userInfo).toEqual({ username: 'dev', groups: ['devs', 'system:authenticated'] });
  });

  it('drops watches', async () => {
    const orderly = await kube.watch(`${maps}?watch=true`);
    expect(api.openWatches).toBe(1);
    expect(api.endWatches('end', 'configmaps')).toBe(1);
    expect(await orderly.untilOver()).toBe('end');
    const cut = await kube.watch(`${maps}?watch=true`);
    api.endWatches('cut');
    expect(await cut.untilOver()).toBe('cut');
    const expired = await kube.watch(`${maps}?watch=true&resourceVersion=${api.store.version}`);
    api.endWatches('expire');
    expect(await expired.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(await expired.untilOver()).toBe('end');
    expect(api.openWatches).toBe(0);
  });

  it('forgets its history', async () => {
    await kube.post(maps, { metadata: { name: 'a' } });
    const { body: list } = await kube.get(`${maps}?limit=1`);
    const version = list.metadata.resourceVersion;
    await kube.post(maps, { metadata: { name: 'b' } });
    const { body: page } = await kube.get('/api/v1/namespaces?limit=1');
    api.compact();
    const watch = await kube.watch(`${maps}?watch=true&resourceVersion=${version}`);
    expect(watch.code).toBe(200);
    const event = await watch.next();
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    expect(event.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
    const stale = await kube.get(`/api/v1/namespaces?limit=1&continue=${page.metadata.continue}`);
    expect([stale.code, stale.body.reason]).toEqual([410, 'Expired']);
    const rest = await kube.get(`/api/v1/namespaces?continue=${stale.body.metadata.continue}`);
    expect(rest.body.items).toHaveLength(3);
    const fresh = await kube.watch(`${maps}?watch=true&resourceVersion=${api.store.version}`);
    await kube.post(maps, { metadata: { name: 'c' } });
    expect((await fresh.next()).object.metadata.name).toBe('c');
    fresh.end();
  });

  it('goes away and comes back on the same port, with everything it knew', async () => {
    await kube.post(maps, { metadata: { name: 'kept' } });
    const watch = await kube.watch(`${maps}?watch=true`);
    await api.goAway();
    expect(await watch.untilOver()).toBe('cut');
    await expect(kube.get(maps)).rejects.toThrow(/ECONNREFUSED/);
    await api.comeBack();
    expect((await kube.get(`${maps}/kept`)).code).toBe(200);
  });

  it('counts what was asked', async () => {
    api.requests.clear();
    await kube.get(maps);
    await kube.get(`${maps}/none`);
    await kube.post(maps, { metadata: { name: 'a' } });
    expect(api.requests.count()).toBe(3);
    expect(api.requests.count({ verb: 'list', resource: 'configmaps' })).toBe(1);
    expect(api.requests.all({ method: 'POST' })).toMatchObject([
      { verb: 'create', resource: 'configmaps', namespace: 'default', user: 'admin', group: '' },
    ]);
    expect(api.requests.count((request) => request.name === 'none')).toBe(1);
  });

  it('serves subresources by those who run the pods', async () => {
    const client = api.client('test');
    client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name: 'p' },
      spec: { containers: [{ name: 'a', image: 'a' }] },
    });
    const end = api.serveSubresource('pods/log', {
      handle({ object, query }, response) {
        response.end(`${object.metadata.name} says ${query.get('container')}`);
      },
    });
    const path = '/api/v1/namespaces/default/pods/p/log?container=a';
    expect((await kube.get(path)).body).toBe('p says a');
    expect((await kube.get(path.replace('/p/', '/none/'))).body.message).toBe('pods "none" not found');
    end();
    const unserved = await kube.get(path);
    expect([unserved.code, unserved.body.message]).toEqual([400, 'pod p does not have a host assigned']);
  });
});

describe('the client inside of the process', () => {
  let api: KubeApi;
  beforeEach(async () => {
    api = await startKubeApi();
  });
  afterEach(() => api.stop());

  it('goes the same way as requests do', async () => {
    const client = api.client('a-controller');
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' };
    expect(client.get(ref)).toBeUndefined();
    const { apiVersion, kind, namespace, name } = ref;
    const created = client.create({ apiVersion, kind, metadata: { namespace, name }, data: { x: '1' } });
    expect(created.metadata.managedFields?.[0]).toMatchObject({
      manager: 'a-controller',
      operation: 'Update',
    });
    expect(client.patch(ref, { data: { y: '2' } })['data']).toEqual({ x: '1', y: '2' });
    expect(client.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'default' })).toHaveLength(1);
    expect(() => client.update({ ...created, data: {} })).toThrow(/the object has been modified/);
    client.delete(ref);
    client.delete(ref);
    expect(client.get(ref)).toBeUndefined();
  });

  it('tells of what is there and of every change, later', async () => {
    const client = api.client('a-controller');
    const seen: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = client.watch({ apiVersion: 'v1', kind: 'Namespace' }, ({ type, object }) => {
      seen.push(`${type} ${object.metadata.name}`);
      if (object.metadata.name === 'last') resolve();
    });
    expect(seen).toEqual([]);
    client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'last' } });
    await promise;
    expect(seen).toEqual([
      'ADDED default',
      'ADDED kube-node-lease',
      'ADDED kube-public',
      'ADDED kube-system',
      'ADDED last',
    ]);
    end();
  });
});
