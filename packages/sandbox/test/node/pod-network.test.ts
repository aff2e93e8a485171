import type { JsonObject } from '@fluxctl/shared/kube-object';
import { describe, expect, it } from 'vitest';
import type { Service } from '../../src/node/objects.ts';
import { isReady } from '../../src/node/pods.ts';
import { eventually, type TestNode, testNode, workload } from './test-node.ts';

/** A process in `default` that can be asked what it sees, and the little web site that it is to reach. */
async function visitor(): Promise<{ test: TestNode; ask: (path: string) => Promise<string> }> {
  const test = await testNode();
  test.client.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'visitor', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'tiny:1' }] },
  });
  const ask = async (path: string): Promise<string> => {
    const port = await eventually(() => {
      const found = test.node.port({ namespace: 'default', name: 'visitor' }, 3030);
      expect(found).toBeDefined();
      return found;
    });
    return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  };
  return { test, ask };
}

const reach = (url: string): string => `/reach?url=${encodeURIComponent(url)}`;

function service(name: string, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: { app: 'hello' }, ports: [{ name: 'web', port: 80, targetPort: 3000 }], ...spec },
  };
}

const readinessProbe = { httpGet: { path: '/', port: 3000 }, periodSeconds: 1 };
const hello = (spec: JsonObject = {}): JsonObject =>
  workload('Deployment', 'hello', { image: 'hello:1', container: { readinessProbe }, spec });

function readyPods(test: TestNode, count: number) {
  return eventually(() => {
    const pods = test.pods().filter(({ metadata }) => metadata.labels?.['app'] === 'hello');
    expect(pods.map(isReady)).toEqual(Array.from({ length: count }, () => true));
    return pods;
  });
}

describe('a process in a pod', () => {
  it('reaches a Service by each of its names, and by its address', async () => {
    const { test, ask } = await visitor();
    test.client.create(service('web'));
    test.client.create(hello());
    await readyPods(test, 1);
    const { clusterIP = '' } = (test.get('v1', 'Service', 'web') as Service).spec;
    for (const host of [
      'web',
      'web.default',
      'web.default.svc',
      'web.default.svc.cluster.local',
      clusterIP,
    ]) {
      expect(await ask(reach(`http://${host}/`)), host).toBe('Hello World (v1)!');
    }
    expect(await ask('/srv?name=_web._tcp.web.default.svc.cluster.local')).toBe(
      'web.default.svc.cluster.local:80',
    );
  });

  it('does not reach by its short name what another namespace has', async () => {
    const { test, ask } = await visitor();
    test.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } });
    test.client.create({ ...service('far'), metadata: { name: 'far', namespace: 'other' } });
    expect(await ask(reach('http://far/'))).toMatch(/^getaddrinfo \w+ far$/);
    expect(await ask(reach('http://far.other/'))).toMatch(/^connect ECONNREFUSED 10\.\d+\.\d+\.\d+:80$/);
  });

  it('is refused while no pod is ready, and reaches the next one', async () => {
    const { test, ask } = await visitor();
    test.client.create(service('web'));
    test.client.create(hello());
    const [pod] = await readyPods(test, 1);
    const web = reach('http://web/');
    expect(await ask(web)).toBe('Hello World (v1)!');
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'hello' };
    test.client.patch(deployment, { spec: { replicas: 0 } });
    await eventually(async () => expect(await ask(web)).toContain('connect ECONNREFUSED 10.'));
    test.client.patch(deployment, { spec: { replicas: 1 } });
    await eventually(async () => expect(await ask(web)).toBe('Hello World (v1)!'));
    expect((await readyPods(test, 1))[0]?.metadata.name).not.toBe(pod?.metadata.name);
  });

  it('is refused at a port that the Service does not have', async () => {
    const { test, ask } = await visitor();
    test.client.create(service('web'));
    test.client.create(hello());
    await readyPods(test, 1);
    expect(await ask(reach('http://web:3000/'))).toContain('connect ECONNREFUSED 10.');
  });

  it('reaches the pods of a headless Service at their own addresses', async () => {
    const { test, ask } = await visitor();
    test.client.create(service('web', { clusterIP: 'None' }));
    test.client.create(hello({ replicas: 2 }));
    const pods = await readyPods(test, 2);
    const addresses = pods.map(({ status }) => status?.podIP ?? '');
    expect(await ask(reach('http://web:3000/'))).toBe('Hello World (v1)!');
    for (const address of addresses) {
      expect(await ask(reach(`http://${address}:3000/`))).toBe('Hello World (v1)!');
    }
    const targets = addresses.map(
      (address) => `${address.replaceAll('.', '-')}.web.default.svc.cluster.local:3000`,
    );
    const found = await ask('/srv?name=_web._tcp.web.default.svc.cluster.local');
    expect(found.split(',').sort()).toEqual(targets.sort());
    expect(await ask(reach(`http://${targets[0]}/`))).toBe('Hello World (v1)!');
  });

  it('is told in which namespace its names are', async () => {
    const { ask } = await visitor();
    expect(await ask('/read?path=/etc/resolv.conf')).toContain(
      'search default.svc.cluster.local svc.cluster.local cluster.local\n',
    );
  });
});
