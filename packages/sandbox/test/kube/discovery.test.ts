import { expect, it } from 'vitest';
import { onEachCluster } from './on-each-cluster.ts';

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

// biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
type Any = any;

onEachCluster('discovery', (cluster) => {
  it('says which version it is', async () => {
    const { body } = await cluster().kube.get('/version');
    expect(body).toMatchObject({
      major: '1',
      minor: '35',
      gitVersion: expect.stringMatching(/^v1\.35\.\d+$/),
    });
  });

  it.each(['/readyz', '/healthz', '/livez'])('is well: %s', async (path) => {
    const { code, body } = await cluster().kube.get(path);
    expect([code, body]).toEqual([200, 'ok']);
  });

  it('knows who asks', async () => {
    const { kube } = cluster();
    const reply = await kube.get('/api', { token: 'nobody' });
    expect([reply.code, reply.body.message, reply.body.reason]).toEqual([
      401,
      'Unauthorized',
      'Unauthorized',
    ]);
  });

  it('lists groups and versions', async () => {
    const { kube } = cluster();
    expect((await kube.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const { body } = await kube.get('/apis');
    expect(body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
    const autoscaling = body.groups.find((group: Any) => group.name === 'autoscaling');
    expect(autoscaling).toEqual({
      name: 'autoscaling',
      versions: [
        { groupVersion: 'autoscaling/v2', version: 'v2' },
        { groupVersion: 'autoscaling/v1', version: 'v1' },
      ],
      preferredVersion: { groupVersion: 'autoscaling/v2', version: 'v2' },
    });
  });

  it('lists resources one group at a time', async () => {
    const { kube } = cluster();
    const core = await kube.get('/api/v1');
    expect(core.body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    const pods = core.body.resources.find((each: Any) => each.name === 'pods');
    expect(pods).toMatchObject({
      singularName: 'pod',
      namespaced: true,
      kind: 'Pod',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      shortNames: ['po'],
      categories: ['all'],
    });
    const apps = await kube.get('/apis/apps/v1');
    const scale = apps.body.resources.find((each: Any) => each.name === 'deployments/scale');
    expect(scale).toEqual({
      name: 'deployments/scale',
      singularName: '',
      namespaced: true,
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
    });
    expect((await kube.get('/apis/apps')).body).toMatchObject({ kind: 'APIGroup', name: 'apps' });
  });

  it('lists everything at once', async () => {
    const { kube } = cluster();
    const { body, headers } = await kube.get('/apis', { accept: aggregatedType });
    expect(headers['content-type']).toContain('as=APIGroupDiscoveryList');
    expect(body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
    const apps = body.items.find((group: Any) => group.metadata.name === 'apps');
    const deployments = apps.versions[0].resources.find((each: Any) => each.resource === 'deployments');
    expect(deployments).toMatchObject({
      responseKind: { group: '', version: '', kind: 'Deployment' },
      scope: 'Namespaced',
      singularResource: 'deployment',
      shortNames: ['deploy'],
    });
    expect(deployments.subresources.map((each: Any) => each.subresource)).toEqual(['scale', 'status']);
    const core = await kube.get('/api', { accept: aggregatedType });
    expect(core.body.items[0].versions[0].version).toBe('v1');
  });

  it('falls back to the older form for those who ask for it too', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json';
    const { body } = await cluster().kube.get('/apis', { accept });
    expect(body.kind).toBe('APIGroupList');
  });

  it('serves the same kinds, in the same order', async () => {
    const { kube } = cluster();
    const { body } = await kube.get('/apis', { accept: aggregatedType });
    const kinds = body.items.flatMap((group: Any) =>
      group.versions.flatMap((version: Any) =>
        version.resources.map((each: Any) => `${group.metadata.name}/${version.version}/${each.resource}`),
      ),
    );
    expect(kinds.slice(0, 6)).toEqual([
      'apiregistration.k8s.io/v1/apiservices',
      'apps/v1/controllerrevisions',
      'apps/v1/daemonsets',
      'apps/v1/deployments',
      'apps/v1/replicasets',
      'apps/v1/statefulsets',
    ]);
    expect(kinds).toHaveLength(49);
  });

  it('publishes schemas with list types and merge keys', async () => {
    const { kube } = cluster();
    const index = await kube.get('/openapi/v3');
    const { serverRelativeURL } = index.body.paths['apis/apps/v1'];
    expect(serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/);
    const { body } = await kube.get(serverRelativeURL);
    expect(body.openapi).toBe('3.0.0');
    const schemas = body.components.schemas;
    expect(schemas['io.k8s.api.apps.v1.Deployment']['x-kubernetes-group-version-kind']).toEqual([
      { group: 'apps', kind: 'Deployment', version: 'v1' },
    ]);
    const { ports } = schemas['io.k8s.api.core.v1.Container'].properties;
    expect(ports).toMatchObject({
      type: 'array',
      'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'containerPort',
      'x-kubernetes-patch-strategy': 'merge',
    });
    const { patch } = body.paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'];
    expect(patch.parameters.map((each: Any) => each.name)).toContain('fieldValidation');
    expect((await kube.get('/openapi/v3/apis/none/v1')).code).toBe(404);
  });
});
