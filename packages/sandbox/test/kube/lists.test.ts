import { expect, it } from 'vitest';
import { metadataListType, metadataType, tableType } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
const namesOf = (list: any): string[] => list.items.map((item: any) => item.metadata.name);

onEachCluster('lists', (cluster) => {
  const maps = () => `${cluster().core}/configmaps`;

  it('selects by labels', async () => {
    const { kube } = cluster();
    for (const [name, labels] of Object.entries({
      one: { app: 'a', tier: 'x' },
      two: { app: 'a', tier: 'y' },
      three: { app: 'b' },
      four: {},
    })) {
      await kube.post(maps(), { metadata: { name: `sel-${name}`, labels: { sel: 'ector', ...labels } } });
    }
    const selected = async (selector: string) => {
      const { body } = await kube.get(`${maps()}?labelSelector=${encodeURIComponent(`sel,${selector}`)}`);
      return namesOf(body).map((name) => name.slice(4));
    };
    expect(await selected('app=a')).toEqual(['one', 'two']);
    expect(await selected('app==a,tier!=x')).toEqual(['two']);
    expect(await selected('app in (a, b)')).toEqual(['one', 'three', 'two']);
    expect(await selected('app notin (a)')).toEqual(['four', 'three']);
    expect(await selected('tier')).toEqual(['one', 'two']);
    expect(await selected('!tier')).toEqual(['four', 'three']);
    const bad = await kube.get(`${maps()}?labelSelector=${encodeURIComponent('a b')}`);
    expect(bad.code).toBe(400);
  });

  it('selects by fields', async () => {
    const { kube, core } = cluster();
    await kube.post(maps(), { metadata: { name: 'by-field' } });
    const one = await kube.get(`${maps()}?fieldSelector=metadata.name%3Dby-field`);
    expect(namesOf(one.body)).toEqual(['by-field']);
    const pod = { metadata: { name: 'pod' }, spec: { containers: [{ name: 'a', image: 'a' }] } };
    await kube.post(`${core}/pods`, pod);
    expect(namesOf((await kube.get(`${core}/pods?fieldSelector=status.phase%3DPending`)).body)).toEqual([
      'pod',
    ]);
    expect(namesOf((await kube.get(`${core}/pods?fieldSelector=status.phase!%3DPending`)).body)).toEqual([]);
    const unknown = await kube.get(`${maps()}?fieldSelector=data.a%3Db`);
    expect([unknown.code, unknown.body.reason]).toEqual([400, 'BadRequest']);
  });

  it('gives pages of one moment', async () => {
    const { kube } = cluster();
    for (let index = 0; index < 5; index++) {
      await kube.post(maps(), { metadata: { name: `page-${index}`, labels: { page: 'd' } } });
    }
    const path = `${maps()}?limit=2`;
    const all: string[] = [];
    let token = '';
    let version = '';
    do {
      const { body } = await kube.get(`${path}&continue=${encodeURIComponent(token)}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      version ||= body.metadata.resourceVersion;
      expect(body.metadata.resourceVersion).toBe(version);
      all.push(...namesOf(body));
      if (token === '') {
        await kube.post(maps(), { metadata: { name: 'page-late' } });
        expect(body.metadata.remainingItemCount).toBeGreaterThan(0);
      }
      token = body.metadata.continue ?? '';
    } while (token !== '');
    expect(all).not.toContain('page-late');
    expect(all.filter((name) => name.startsWith('page-'))).toEqual(
      [0, 1, 2, 3, 4].map((index) => `page-${index}`),
    );
    const bad = await kube.get(`${path}&continue=nonsense`);
    expect(bad.code).toBe(400);
  });

  it('gives metadata only', async () => {
    const { kube } = cluster();
    const { body: created } = await kube.post(maps(), {
      metadata: { name: 'meta', labels: { meta: 'data' } },
      data: { a: 'b' },
    });
    const list = await kube.get(`${maps()}?labelSelector=meta%3Ddata`, { accept: metadataListType });
    expect(list.body).toEqual({
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: expect.any(String) },
      items: [{ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: created.metadata }],
    });
    const one = await kube.get(`${maps()}/meta`, { accept: metadataType });
    expect(one.body).toEqual({
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: created.metadata,
    });
  });

  it('does not give one object as a list', async () => {
    const { kube } = cluster();
    await kube.post(maps(), { metadata: { name: 'no-list' } });
    const one = await kube.get(`${maps()}/no-list`, { accept: metadataListType });
    expect([one.code, one.body.message]).toEqual([
      406,
      'you requested PartialObjectMetadataList, but the requested object is not a list (*core.ConfigMap)',
    ]);
  });

  it('does not repeat kind and version in the items of built-in kinds', async () => {
    const { body } = await cluster().kube.get('/api/v1/namespaces');
    expect(body).toMatchObject({ kind: 'NamespaceList', apiVersion: 'v1' });
    expect(body.items[0]).not.toHaveProperty('kind');
  });

  it.each([
    {
      path: '/api/v1/namespaces',
      columns: 'Name Status Age',
      cells: ['default', 'Active', expect.any(String)],
    },
    { path: 'configmaps', columns: 'Name Data Age' },
    { path: 'pods', columns: 'Name Ready Status Restarts Age IP Node Nominated Node Readiness Gates' },
    { path: 'secrets', columns: 'Name Type Data Age' },
    { path: 'serviceaccounts', columns: 'Name Age' },
    { path: 'services', columns: 'Name Type Cluster-IP External-IP Port(s) Age Selector' },
    { path: 'apps:deployments', columns: 'Name Ready Up-to-date Available Age Containers Images Selector' },
    { path: 'apps:replicasets', columns: 'Name Desired Current Ready Age Containers Images Selector' },
    { path: 'apps:statefulsets', columns: 'Name Ready Age Containers Images' },
    {
      path: 'apps:daemonsets',
      columns: 'Name Desired Current Ready Up-to-date Available Node Selector Age Containers Images Selector',
    },
    { path: '/apis/rbac.authorization.k8s.io/v1/clusterroles', columns: 'Name Created At' },
    { path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', columns: 'Name Created At' },
    {
      path: '/apis/batch/v1/jobs',
      columns: 'Name Status Completions Duration Age Containers Images Selector',
    },
    {
      path: '/apis/batch/v1/cronjobs',
      columns: 'Name Schedule Timezone Suspend Active Last Schedule Age Containers Images Selector',
    },
    { path: '/apis/networking.k8s.io/v1/ingresses', columns: 'Name Class Hosts Address Ports Age' },
    {
      path: '/api/v1/events',
      columns: 'Last Seen Type Reason Object Subobject Source Message First Seen Count Name',
    },
    {
      path: '/api/v1/persistentvolumeclaims',
      columns: 'Name Status Volume Capacity Access Modes StorageClass VolumeAttributesClass Age VolumeMode',
    },
  ])('shows $path as a table', async ({ path, columns, cells }) => {
    const { kube, core, apps } = cluster();
    const whole = path.startsWith('/')
      ? path
      : path.startsWith('apps:')
        ? `${apps}/${path.slice(5)}`
        : `${core}/${path}`;
    const { body } = await kube.get(whole, { accept: tableType });
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(body.columnDefinitions.map((column: { name: string }) => column.name).join(' ')).toBe(columns);
    if (cells !== undefined) {
      // biome-ignore lint/suspicious/noExplicitAny: rows of a table
      const row = body.rows.find((each: any) => each.cells[0] === cells[0]);
      expect(row.cells).toEqual(cells);
      expect(row.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: cells[0] } });
    }
  });

  it('fills the cells as kubectl shows them', async () => {
    const { kube, core, apps } = cluster();
    await kube.post(`${core}/services`, {
      metadata: { name: 'shown' },
      spec: { type: 'NodePort', selector: { app: 'a', b: 'c' }, ports: [{ port: 80, nodePort: 32001 }] },
    });
    const service = await kube.get(`${core}/services/shown`, { accept: tableType });
    expect(service.body.rows[0].cells).toEqual([
      'shown',
      'NodePort',
      expect.stringMatching(/^10\./),
      '<none>',
      '80:32001/TCP',
      expect.stringMatching(/^\d+s$/),
      'app=a,b=c',
    ]);
    await kube.post(`${apps}/deployments`, {
      metadata: { name: 'shown' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: {
            containers: [
              { name: 'x', image: 'i:1' },
              { name: 'y', image: 'j:2' },
            ],
          },
        },
      },
    });
    const deployment = await kube.get(`${apps}/deployments/shown`, { accept: tableType });
    expect(deployment.body.rows[0].cells).toEqual([
      'shown',
      '0/0',
      0,
      0,
      expect.stringMatching(/^\d+s$/),
      'x,y',
      'i:1,j:2',
      'a=b',
    ]);
    await kube.post(`${core}/secrets`, { metadata: { name: 'shown' }, data: { a: '', b: '' } });
    const secret = await kube.get(`${core}/secrets/shown`, { accept: tableType });
    expect(secret.body.rows[0].cells).toEqual(['shown', 'Opaque', 2, expect.any(String)]);
  });
});
