import { describe, expect, it } from 'vitest';
import { type KubeObject, listAt, numberAt, stringAt } from '../../src/kube/kube-object.ts';
import type { Condition, Deployment } from '../../src/node/objects.ts';
import { isReady } from '../../src/node/pods.ts';
import { eventually, type TestNode, testNode, workload } from './test-node.ts';

const deploymentRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' };

function condition(object: KubeObject | undefined, type: string): Condition | undefined {
  const conditions = listAt(object, 'status', 'conditions') as unknown as readonly Condition[];
  return conditions.find((each) => each.type === type);
}

function setImage({ client }: TestNode, kind: string, image: string): void {
  const patch = { spec: { template: { spec: { containers: [{ name: 'main', image }] } } } };
  client.patch({ ...deploymentRef, kind }, patch, { type: 'strategic' });
}

function images({ pods }: TestNode): readonly string[] {
  return pods()
    .map(({ spec }) => spec.containers[0]?.image ?? '')
    .sort();
}

async function rolledOut(test: TestNode, generation: number): Promise<Deployment> {
  return eventually(() => {
    const web = test.client.get(deploymentRef) as Deployment;
    expect(web.status?.observedGeneration).toBe(generation);
    expect(condition(web, 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
    expect(web.status?.updatedReplicas ?? 0).toBe(web.spec.replicas);
    expect(web.status?.replicas ?? 0).toBe(web.spec.replicas);
    return web;
  });
}

describe('a Deployment', () => {
  it('gets a ReplicaSet and ready pods, and says so', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web', { spec: { replicas: 2 } }));
    const web = await rolledOut(test, 1);
    expect(web.status).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
    });
    expect(web.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    const [set] = test.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' });
    const hash = set?.metadata.labels?.['pod-template-hash'];
    expect(set?.metadata.name).toBe(`web-${hash}`);
    expect(condition(web, 'Progressing')?.message).toBe(
      `ReplicaSet "web-${hash}" has successfully progressed.`,
    );
    expect(condition(web, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(
      test.pods().every((pod) => isReady(pod) && pod.metadata.labels?.['pod-template-hash'] === hash),
    ).toBe(true);
  });

  it('rolls to a new template and keeps the old ReplicaSet', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web', { image: 'any:1', spec: { replicas: 3 } }));
    await rolledOut(test, 1);
    setImage(test, 'Deployment', 'any:2');
    const web = await rolledOut(test, 2);
    expect(web.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
    await eventually(() => expect(images(test)).toEqual(['any:2', 'any:2', 'any:2']));
    const sets = test.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' });
    expect(sets.map((set) => numberAt(set, 'spec', 'replicas')).sort()).toEqual([0, 3]);
  });

  it('takes up the old ReplicaSet again when it goes back', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web', { image: 'any:1' }));
    await rolledOut(test, 1);
    setImage(test, 'Deployment', 'any:2');
    await rolledOut(test, 2);
    setImage(test, 'Deployment', 'any:1');
    const web = await rolledOut(test, 3);
    expect(web.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(test.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' })).toHaveLength(2);
  });

  it('with Recreate never runs old and new pods together', async () => {
    const test = await testNode();
    const strategy = { type: 'Recreate' };
    test.client.create(workload('Deployment', 'web', { image: 'tiny:1', spec: { replicas: 2, strategy } }));
    await rolledOut(test, 1);
    const seen = new Set<string>();
    const stop = test.client.watch({ apiVersion: 'v1', kind: 'Pod' }, () =>
      seen.add([...new Set(images(test))].join()),
    );
    setImage(test, 'Deployment', 'tiny:2');
    await rolledOut(test, 2);
    stop();
    expect([...seen]).not.toContain('tiny:1,tiny:2');
    expect(images(test)).toEqual(['tiny:2', 'tiny:2']);
  });

  it('scales up, down and to nothing', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web'));
    await rolledOut(test, 1);
    for (const replicas of [4, 2, 0]) {
      test.client.patch(deploymentRef, { spec: { replicas } });
      await eventually(() => {
        expect(test.pods()).toHaveLength(replicas);
        expect(numberAt(test.client.get(deploymentRef), 'status', 'replicas') ?? 0).toBe(replicas);
      });
    }
    expect(test.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' })).toHaveLength(1);
  });

  it('waits while it is paused', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web', { image: 'any:1' }));
    await rolledOut(test, 1);
    test.client.patch(deploymentRef, { spec: { paused: true } });
    setImage(test, 'Deployment', 'any:2');
    await eventually(() =>
      expect(condition(test.client.get(deploymentRef), 'Progressing')?.reason).toBe('DeploymentPaused'),
    );
    expect(images(test)).toEqual(['any:1']);
    test.client.patch(deploymentRef, { spec: { paused: false } });
    await rolledOut(test, 4);
    expect(images(test)).toEqual(['any:2']);
  });

  it('tells when it makes no progress, and what stands in the way', async () => {
    const test = await testNode();
    test.node.breakImage('any:2', { kind: 'no such image' });
    test.client.create(
      workload('Deployment', 'web', { image: 'any:1', spec: { progressDeadlineSeconds: 1 } }),
    );
    await rolledOut(test, 1);
    setImage(test, 'Deployment', 'any:2');
    await eventually(() =>
      expect(condition(test.client.get(deploymentRef), 'Progressing')).toMatchObject({
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
      }),
    );
    const stuck = test.pods().find((pod) => !isReady(pod));
    expect(stuck?.status?.containerStatuses?.[0]?.state).toMatchObject({
      waiting: { reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/) },
    });
    // The pod of the old template goes on meanwhile.
    expect(condition(test.client.get(deploymentRef), 'Available')?.status).toBe('True');
  });

  it('takes its ReplicaSets and pods along when it is deleted', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web', { image: 'tiny:1' }));
    await rolledOut(test, 1);
    test.client.delete(deploymentRef);
    await eventually(() => {
      expect(test.pods()).toHaveLength(0);
      expect(test.client.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' })).toHaveLength(0);
    });
  });
});

describe('a namespace', () => {
  it('takes along all that runs in it', async () => {
    const test = await testNode();
    test.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
    const web = workload('Deployment', 'web', { image: 'tiny:1', spec: { replicas: 2 } });
    test.client.create({ ...web, metadata: { name: 'web', namespace: 'demo' } });
    await eventually(() => expect(test.pods('demo').map(isReady)).toEqual([true, true]));
    test.client.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'demo' });
    await eventually(() => {
      expect(test.client.get({ apiVersion: 'v1', kind: 'Namespace', name: 'demo' })).toBeUndefined();
    });
    expect(test.pods('demo')).toHaveLength(0);
  });
});

describe('a StatefulSet', () => {
  it('starts its pods in order, with a claim each, and rolls from the last to the first', async () => {
    const test = await testNode();
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    test.client.create(
      workload('StatefulSet', 'web', {
        image: 'any:1',
        spec: { replicas: 2, volumeClaimTemplates: [claim] },
      }),
    );
    const settled = (revisionImage: string) =>
      eventually(() => {
        const web = test.get('apps/v1', 'StatefulSet', 'web');
        expect(numberAt(web, 'status', 'readyReplicas')).toBe(2);
        expect(stringAt(web, 'status', 'currentRevision')).toBe(stringAt(web, 'status', 'updateRevision'));
        expect(images(test)).toEqual([revisionImage, revisionImage]);
      });
    await settled('any:1');
    const names = test.pods().map(({ metadata }) => metadata.name);
    expect(names).toEqual(['web-0', 'web-1']);
    const claims = test.client.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    expect(claims.map(({ metadata }) => metadata.name)).toEqual(['data-web-0', 'data-web-1']);
    const gone: string[] = [];
    const stop = test.client.watch({ apiVersion: 'v1', kind: 'Pod' }, ({ type, object }) => {
      if (type === 'DELETED') gone.push(object.metadata.name);
    });
    setImage(test, 'StatefulSet', 'any:2');
    await settled('any:2');
    stop();
    expect(gone).toEqual(['web-1', 'web-0']);
  });
});

describe('a DaemonSet', () => {
  it('runs one pod on the node and replaces it by one of the new template', async () => {
    const test = await testNode();
    test.client.create(workload('DaemonSet', 'web', { image: 'any:1' }));
    await eventually(() =>
      expect(test.get('apps/v1', 'DaemonSet', 'web')?.['status']).toMatchObject({ numberReady: 1 }),
    );
    setImage(test, 'DaemonSet', 'any:2');
    await eventually(() => {
      expect(images(test)).toEqual(['any:2']);
      expect(test.get('apps/v1', 'DaemonSet', 'web')?.['status']).toMatchObject({
        observedGeneration: 2,
        desiredNumberScheduled: 1,
        updatedNumberScheduled: 1,
        numberAvailable: 1,
      });
    });
    // Its templates are found by the labels of its pods.
    const revisions = test.client.list(
      { apiVersion: 'apps/v1', kind: 'ControllerRevision' },
      { labels: 'app=web' },
    );
    expect(revisions.map((revision) => numberAt(revision, 'revision')).sort()).toEqual([1, 2]);
  });

  it('runs nowhere when the node does not fit', async () => {
    const test = await testNode();
    test.client.create(
      workload('DaemonSet', 'web', { pod: { nodeSelector: { 'kubernetes.io/os': 'windows' } } }),
    );
    await eventually(() =>
      expect(test.get('apps/v1', 'DaemonSet', 'web')?.['status']).toMatchObject({
        desiredNumberScheduled: 0,
      }),
    );
    expect(test.pods()).toHaveLength(0);
  });
});

const job = (name: string, image: string, spec = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default' },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } }, ...spec },
});

describe('a Job', () => {
  it('ends when enough pods have', async () => {
    const test = await testNode();
    test.client.create(job('once', 'any:1', { completions: 3, parallelism: 2 }));
    await eventually(() => {
      const once = test.get('batch/v1', 'Job', 'once');
      expect(condition(once, 'Complete')?.status).toBe('True');
      expect(numberAt(once, 'status', 'succeeded')).toBe(3);
    });
    expect(test.pods().every(({ status }) => status?.phase === 'Succeeded')).toBe(true);
  });

  it('fails when too many pods have', async () => {
    const test = await testNode();
    test.node.breakImage('any:1', { kind: 'crashing', exitCode: 2 });
    test.client.create(job('once', 'any:1', { backoffLimit: 1 }));
    await eventually(() =>
      expect(condition(test.get('batch/v1', 'Job', 'once'), 'Failed')?.reason).toBe('BackoffLimitExceeded'),
    );
  });
});

describe('a CronJob', () => {
  it('starts a Job when its time has come', async () => {
    const start = Date.now();
    let advanced = 0;
    const test = await testNode({ now: () => new Date(start + advanced) });
    test.client.create({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'often', namespace: 'default' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: job('', 'any:1').spec } },
    });
    advanced = 61_000;
    test.client.patch(
      { ...deploymentRef, apiVersion: 'batch/v1', kind: 'CronJob', name: 'often' },
      { metadata: { labels: { a: 'b' } } },
    );
    await eventually(() => {
      const often = test.get('batch/v1', 'CronJob', 'often');
      expect(stringAt(often, 'status', 'lastSuccessfulTime')).toBeDefined();
      expect(test.client.list({ apiVersion: 'batch/v1', kind: 'Job' })).toHaveLength(1);
    });
  });
});

describe('a Service', () => {
  it('lists its ready pods, carries its labels on, and takes its Endpoints along', async () => {
    const test = await testNode();
    test.client.create(
      workload('Deployment', 'web', {
        image: 'hello:2',
        container: { ports: [{ name: 'http', containerPort: 3000 }] },
      }),
    );
    const service = { apiVersion: 'v1', kind: 'Service', namespace: 'default', name: 'web' };
    test.client.create({
      ...{ apiVersion: 'v1', kind: 'Service' },
      metadata: { name: 'web', namespace: 'default', labels: { mark: 'x' } },
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
    });
    await eventually(() => {
      const endpoints = test.get('v1', 'Endpoints', 'web');
      const [pod] = test.pods();
      expect(endpoints?.metadata.labels).toMatchObject({ mark: 'x' });
      expect(endpoints?.['subsets']).toMatchObject([
        { addresses: [{ ip: pod?.status?.podIP }], ports: [{ port: 3000 }] },
      ]);
      const [slice] = test.client.list({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' });
      expect(slice?.metadata.labels).toMatchObject({ mark: 'x', 'kubernetes.io/service-name': 'web' });
      expect(slice?.['endpoints']).toMatchObject([{ conditions: { ready: true } }]);
    });
    test.client.delete(service);
    await eventually(() => expect(test.get('v1', 'Endpoints', 'web')).toBeUndefined());
  });
});
