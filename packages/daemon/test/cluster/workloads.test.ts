import { writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { load, loadAll } from 'js-yaml';
import { expect, it } from 'vitest';
import { startFaultProxy } from './fault-proxy.ts';
import { definition, item, type TestObject } from './objects.ts';
import { eventually, onClusters } from './on-clusters.ts';

/** The kind that the Helm operator defines. */
const helmRelease = {
  ...definition('HelmRelease'),
  metadata: { name: 'helmreleases.helm.fluxcd.io' },
  spec: { ...definition('HelmRelease').spec, group: 'helm.fluxcd.io' },
};

onClusters((bench) => {
  it("[daemon 16] [daemon 18] lists workloads, init containers last, and hides the cluster's own add-ons", async () => {
    const { apply, flux, make, namespace } = bench();
    const app = make.deployment('app', {}, { initContainers: [{ name: 'init', image: 'busybox' }] });
    app.metadata['annotations'] = { 'helm.fluxcd.io/antecedent': `${namespace}:helmrelease/chart` };
    const cron: TestObject = {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'nightly', namespace, labels: { team: 'a' } },
      spec: {
        schedule: '0 3 * * *',
        jobTemplate: {
          spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x:1' }] } } },
        },
      },
    };
    const addOn: TestObject = {
      ...make.deployment('dns'),
      metadata: {
        name: `dns-${namespace}`,
        namespace: 'kube-system',
        labels: { 'kubernetes.io/cluster-service': 'true' },
      },
    };
    await apply(app, cron, addOn);
    await eventually(async () => {
      const found = await flux.cluster.workloads({ namespace }, flux.signal);
      const deployment = found.find(({ id }) => id === `${namespace}:deployment/app`);
      const cronJob = found.find(({ id }) => id === `${namespace}:cronjob/nightly`);
      expect(deployment?.containers.map(({ name, image }) => [name, writeImageRef(image)])).toEqual([
        ['app', 'alpine:3.19'],
        ['init', 'busybox'],
      ]);
      expect(deployment).toMatchObject({
        rollout: { Desired: 1, Messages: null },
        antecedent: `${namespace}:helmrelease/chart`,
        labels: { 'fluxcd.io/sync-gc-mark': 'sha256.app' },
      });
      expect(cronJob).toMatchObject({
        status: 'ready',
        rollout: { Desired: 0 },
        containers: [{ name: 'c', image: { path: 'x', tag: '1' } }],
        labels: { team: 'a' },
      });
    });
    const ids = [`${namespace}:cronjob/nightly`, `${namespace}:deployment/none`].map(parseResourceId);
    const some = await flux.cluster.workloads({ ids }, flux.signal);
    expect(some.map(({ id }) => id)).toEqual([`${namespace}:cronjob/nightly`]);
    const all = await flux.cluster.workloads({}, flux.signal);
    expect(all.filter(({ id }) => id.startsWith('kube-system:deployment/dns-'))).toEqual([]);
  });

  it('follows what becomes of a workload, without a request', async () => {
    const { access, again, apply, hands, make, namespace } = bench();
    const proxy = await startFaultProxy(access);
    try {
      const { cluster, signal } = await again({ through: proxy.server });
      await apply(make.deployment('app'));
      await eventually(async () => expect(await cluster.workloads({ namespace }, signal)).toHaveLength(1));
      proxy.requests.length = 0;
      await hands.patch(make.deployment('app'), { spec: { replicas: 7 } });
      await eventually(async () => {
        const [workload] = await cluster.workloads({ namespace }, signal);
        expect(workload?.rollout.Desired).toBe(7);
      });
      await hands.remove(make.deployment('app'));
      await eventually(async () => expect(await cluster.workloads({ namespace }, signal)).toEqual([]));
      expect(proxy.requests.filter(({ url }) => !url.includes('watch='))).toEqual([]);
    } finally {
      await proxy.stop();
    }
  });

  it('lists HelmReleases as soon as their kind is served', async () => {
    const { apply, flux, namespace } = bench();
    await flux.cluster.workloads({}, flux.signal);
    const release: TestObject = {
      apiVersion: 'helm.fluxcd.io/v1',
      kind: 'HelmRelease',
      metadata: { name: 'chart', namespace },
      spec: { values: { image: { repository: 'ghost', tag: '1.2' } } },
      status: { releaseStatus: 'deployed' },
    };
    await apply(helmRelease, release);
    await eventually(async () => {
      const [workload] = await flux.cluster.workloads({ namespace }, flux.signal);
      expect(workload).toMatchObject({
        id: `${namespace}:helmrelease/chart`,
        status: '',
        containers: [{ name: 'chart-image', image: { path: 'ghost', tag: '1.2' } }],
      });
    });
  });

  it('[daemon 32] keeps to the namespaces that are allowed, and warns once of one that is missing', async () => {
    const { again, apply, make, namespace } = bench();
    await apply(make.deployment('inside'));
    const narrow = await again({ allowedNamespaces: [namespace, 'missing'] });
    for (let round = 0; round < 2; round += 1) {
      const found = await narrow.cluster.workloads({}, narrow.signal);
      expect(found.map(({ id }) => id)).toEqual([`${namespace}:deployment/inside`]);
    }
    await narrow.cluster.live.follow([{ apiVersion: 'apps/v1', kind: 'Deployment' }], narrow.signal);
    const places = [...narrow.cluster.live.marked()].flatMap(({ ref }) => ref.namespace ?? []);
    expect(new Set(places)).toEqual(new Set([namespace]));
    const documents = loadAll(await narrow.cluster.export(narrow.signal)) as TestObject[];
    expect(documents.map(({ metadata: { name } }) => name)).toEqual([namespace, 'inside']);
    expect(narrow.logged.filter(({ warning }) => warning === 'cannot access allowed namespace')).toEqual([
      {
        warning: 'cannot access allowed namespace',
        namespace: 'missing',
        err: 'namespaces "missing" not found',
      },
    ]);
  });

  it('exports namespaces with their workloads, whole, as YAML that reads back the same', async () => {
    const { apply, flux, hands, make, namespace } = bench();
    const object = make.deployment('saved', {
      env: [
        { name: 'MODE', value: '0644' },
        { name: 'B', value: 'yes' },
      ],
    });
    await apply(object);
    const text = await flux.cluster.export(flux.signal);
    const documents = text.split(/^---\n/m).slice(1);
    const mine = documents.filter((document) => document.includes(namespace));
    expect(mine.map((document) => (load(document) as TestObject).kind)).toEqual(['Namespace', 'Deployment']);
    const live = await hands.read(object);
    expect((load(mine[1] ?? '') as JsonObject)['spec']).toEqual(live['spec']);
    expect(mine[1]).toContain('value: "0644"');
    expect(mine[1]).toContain('value: "yes"');
  });

  it('keeps secrets: reads, patches, and says when there is none', async () => {
    const { flux, hands, serial } = bench();
    const name = `key-${serial}`;
    await hands.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'default' } });
    const change = { data: { identity: Buffer.from('k\n') }, annotations: { x: 'y' } };
    await flux.secrets.patch(name, change, flux.signal);
    const read = await flux.secrets.get(name, flux.signal);
    expect([read?.data.get('identity')?.toString(), read?.annotations]).toEqual(['k\n', { x: 'y' }]);
    await flux.secrets.patch(name, { annotations: { z: 'w' } }, flux.signal);
    expect((await flux.secrets.get(name, flux.signal))?.annotations).toEqual({ x: 'y', z: 'w' });
    expect(await flux.secrets.get('no-such', flux.signal)).toBeUndefined();
    await expect(flux.secrets.patch('no-such', change, flux.signal)).rejects.toThrow('not found');
  });

  it('answers in milliseconds with a thousand workloads', async () => {
    const { flux, make, namespace } = bench();
    const objects = Array.from({ length: 1_000 }, (_, n) =>
      make.deployment(`many-${n}`, {}, { replicas: 0 }),
    );
    await flux.cluster.apply(objects.map(item), flux.signal);
    const list = () => flux.cluster.workloads({ namespace }, flux.signal);
    await eventually(async () => expect(await list()).toHaveLength(1_000));
    const started = performance.now();
    for (let round = 0; round < 100; round += 1) await list();
    expect((performance.now() - started) / 100).toBeLessThan(20);
  }, 60_000);
});
