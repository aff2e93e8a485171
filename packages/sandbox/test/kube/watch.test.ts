import { expect, it } from 'vitest';
import { metadataType, until } from './kube.ts';
import { onEachCluster } from './on-each-cluster.ts';

onEachCluster('watches', (cluster) => {
  const maps = () => `${cluster().core}/configmaps`;
  const create = async (name: string, labels: Record<string, string> = {}) =>
    (await cluster().kube.post(maps(), { metadata: { name, labels } })).body;

  it('tells what happens after a version', async () => {
    const { kube } = cluster();
    const { body: list } = await kube.get(maps());
    const created = await create('after');
    const watch = await kube.watch(`${maps()}?watch=true&resourceVersion=${list.metadata.resourceVersion}`);
    expect(await watch.about('after')).toEqual({ type: 'ADDED', object: created });
    const { body: changed } = await kube.patch(`${maps()}/after`, { data: { a: 'b' } });
    expect(await watch.about('after')).toEqual({ type: 'MODIFIED', object: changed });
    await kube.delete(`${maps()}/after`);
    const deleted = await watch.about('after');
    expect(deleted.type).toBe('DELETED');
    expect(deleted.object.data).toEqual({ a: 'b' });
    expect(Number(deleted.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(changed.metadata.resourceVersion),
    );
    watch.end();
  });

  it.each(['', '&resourceVersion=0'])('starts with what is there, without a version (%s)', async (query) => {
    const { kube } = cluster();
    const name = `there${query.length}`;
    const created = await create(name);
    const watch = await kube.watch(`${maps()}?watch=1${query}`);
    expect(await watch.about(name)).toEqual({ type: 'ADDED', object: created });
    watch.end();
  });

  it('sends the first state and then a bookmark, when asked so', async () => {
    const { kube } = cluster();
    const created = await create('initial', { initial: 'yes' });
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await kube.watch(`${maps()}?watch=true&labelSelector=initial%3Dyes&${query}`);
    expect(await watch.next()).toEqual({ type: 'ADDED', object: created });
    const bookmark = await watch.next();
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: {
          resourceVersion: expect.stringMatching(/^\d+$/),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    });
    watch.end();
  });

  it('says ADDED and DELETED as a label comes and goes', async () => {
    const { kube } = cluster();
    await create('labelled', { watched: 'no' });
    const { body: list } = await kube.get(maps());
    const watch = await kube.watch(
      `${maps()}?watch=true&labelSelector=watched%3Dyes&resourceVersion=${list.metadata.resourceVersion}`,
    );
    const marked = await kube.patch(`${maps()}/labelled`, { metadata: { labels: { watched: 'yes' } } });
    expect(await watch.next()).toEqual({ type: 'ADDED', object: marked.body });
    const unmarked = await kube.patch(`${maps()}/labelled`, { metadata: { labels: { watched: 'no' } } });
    const gone = await watch.next();
    expect(gone.type).toBe('DELETED');
    expect(gone.object.metadata.labels).toEqual({ watched: 'yes' });
    expect(gone.object.metadata.resourceVersion).toBe(unmarked.body.metadata.resourceVersion);
    expect((await kube.get(`${maps()}/labelled`)).code).toBe(200);
    watch.end();
  });

  it('watches one object by its name', async () => {
    const { kube } = cluster();
    await create('named');
    const { body: list } = await kube.get(maps());
    const watch = await kube.watch(
      `${maps()}?watch=true&fieldSelector=metadata.name%3Dnamed&resourceVersion=${list.metadata.resourceVersion}`,
    );
    await create('unnamed');
    await kube.patch(`${maps()}/named`, { data: { a: 'b' } });
    expect((await watch.next()).object.metadata.name).toBe('named');
    watch.end();
  });

  it('sends metadata only, when asked so', async () => {
    const { kube } = cluster();
    const created = await create('metadata', { only: 'metadata' });
    const watch = await kube.watch(`${maps()}?watch=true&labelSelector=only%3Dmetadata`, {
      accept: metadataType,
    });
    expect(await watch.next()).toEqual({
      type: 'ADDED',
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: created.metadata },
    });
    watch.end();
  });

  it('ends in time', async () => {
    const { kube } = cluster();
    const watch = await kube.watch(`${maps()}?watch=true&timeoutSeconds=1`);
    expect(await watch.untilOver()).toBe('end');
  });

  it('tells a finalized deletion as a change and then as an end', async () => {
    const { kube } = cluster();
    await kube.post(maps(), { metadata: { name: 'finalized', finalizers: ['example.com/hold'] } });
    const { body: list } = await kube.get(maps());
    const watch = await kube.watch(
      `${maps()}?watch=true&fieldSelector=metadata.name%3Dfinalized&resourceVersion=${list.metadata.resourceVersion}`,
    );
    const answer = await kube.delete(`${maps()}/finalized`);
    expect(answer.body.metadata.deletionTimestamp).toBeDefined();
    const marked = await watch.next();
    expect([marked.type, marked.object.metadata.deletionGracePeriodSeconds]).toEqual(['MODIFIED', 0]);
    const finished = await kube.patch(`${maps()}/finalized`, { metadata: { finalizers: null } });
    expect(finished.code).toBe(200);
    const deleted = await watch.next();
    expect([deleted.type, deleted.object.metadata.finalizers]).toEqual(['DELETED', ['example.com/hold']]);
    expect((await kube.get(`${maps()}/finalized`)).code).toBe(404);
    watch.end();
  });

  it('watches all namespaces', async () => {
    const { kube, namespace } = cluster();
    const { body: list } = await kube.get('/api/v1/configmaps');
    const watch = await kube.watch(
      `/api/v1/configmaps?watch=true&resourceVersion=${list.metadata.resourceVersion}`,
    );
    await create('everywhere');
    expect((await watch.about('everywhere')).object.metadata.namespace).toBe(namespace);
    watch.end();
  });

  it('is refused for what cannot be watched', async () => {
    const { kube } = cluster();
    const watch = await kube.watch('/api/v1/componentstatuses?watch=true');
    expect(watch.code).toBe(405);
    watch.end();
  });

  it('ends the watches of a custom kind with its definition', async () => {
    const { kube } = cluster();
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await kube.post(definitions, {
      metadata: { name: 'gones.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { kind: 'Gone', plural: 'gones' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    });
    await until(
      'its kind',
      () => kube.get('/apis/example.com/v1/gones'),
      ({ code }) => code === 200,
    );
    const watch = await kube.watch('/apis/example.com/v1/gones?watch=true');
    await kube.delete(`${definitions}/gones.example.com`);
    expect(await watch.untilOver()).toBe('end');
  });
});
