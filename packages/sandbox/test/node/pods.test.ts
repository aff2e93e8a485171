import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringAt } from '../../src/kube/kube-object.ts';
import type { Pod } from '../../src/node/objects.ts';
import { isReady } from '../../src/node/pods.ts';
import { missingTag } from '../../src/node/runtime/image-faults.ts';
import { eventually, type TestNode, testNode, workload } from './test-node.ts';

/** A pod of the process that shows what it was given. */
async function tinyPod(test: TestNode, parts: Parameters<typeof workload>[2] = {}): Promise<Pod> {
  const container = { readinessProbe: health, ...parts.container };
  test.client.create(workload('Deployment', 'web', { image: 'tiny:1', ...parts, container }));
  return readyPod(test);
}

function readyPod(test: TestNode): Promise<Pod> {
  return eventually(() => {
    const pods = test.pods();
    expect(pods.map(isReady)).toEqual([true]);
    return pods[0] as Pod;
  });
}

async function ask(test: TestNode, pod: Pod, path: string): Promise<Response> {
  const { name } = pod.metadata;
  const port = await eventually(() => {
    const found = test.node.port({ namespace: 'default', name }, 3030);
    expect(found).toBeDefined();
    return found;
  });
  return fetch(`http://127.0.0.1:${port}${path}`);
}

const health = { httpGet: { path: '/health', port: 3030 }, periodSeconds: 1, failureThreshold: 2 };
/** A busy machine may take its time to start a process: that is no illness. */
const alive = { livenessProbe: health, startupProbe: { ...health, failureThreshold: 1_000 } };
const restartsOf = (test: TestNode): number | undefined =>
  test.pods()[0]?.status?.containerStatuses?.[0]?.restartCount;

describe('a process in a pod', () => {
  it('gets arguments, environment, mounts, and the way to the API server', async () => {
    const test = await testNode();
    const encoded = Buffer.from('sam').toString('base64');
    test.client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: 'default' },
      data: { user: encoded },
    });
    test.client.create({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'worker', namespace: 'default' },
    });
    const pod = await tinyPod(test, {
      container: {
        args: ['--user=$(USER_NAME)', '--listen=:3030'],
        env: [{ name: 'USER_NAME', valueFrom: { secretKeyRef: { name: 'login', key: 'user' } } }],
        volumeMounts: [
          { name: 'login', mountPath: '/etc/login' },
          { name: 'scratch', mountPath: '/var/scratch' },
        ],
      },
      pod: {
        serviceAccountName: 'worker',
        volumes: [
          { name: 'login', secret: { secretName: 'login', defaultMode: 0o400 } },
          { name: 'scratch', emptyDir: {} },
        ],
      },
    });
    const given = (await (await ask(test, pod, '/given')).json()) as {
      args: string[];
      env: Record<string, string>;
    };
    expect(given.args).toEqual(['--user=sam', '--listen=:3030']);
    expect(given.env['USER_NAME']).toBe('sam');
    const read = async (path: string) => (await ask(test, pod, `/read?path=${path}`)).text();
    expect(await read('/etc/login/user')).toBe('sam');
    expect(await read('/etc/motd')).toBe('hi');
    expect(await read('/var/run/secrets/kubernetes.io/serviceaccount/namespace')).toBe('default');
    expect(await read('/var/run/secrets/kubernetes.io/serviceaccount/ca.crt')).toBe(test.api.ca);
    const token = await read('/var/run/secrets/kubernetes.io/serviceaccount/token');
    expect(token).not.toBe(test.api.token);
    expect(`https://${given.env['KUBERNETES_SERVICE_HOST']}:${given.env['KUBERNETES_SERVICE_PORT']}`).toBe(
      test.api.server,
    );
    expect(existsSync(`${given.env['FLUXD_MOUNT_ROOT']}/var/scratch`)).toBe(true);
  });

  it('sees a mounted Secret change', async () => {
    const test = await testNode();
    const secret = { apiVersion: 'v1', kind: 'Secret', namespace: 'default', name: 'key' };
    test.client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'default' } });
    const pod = await tinyPod(test, {
      container: { volumeMounts: [{ name: 'key', mountPath: '/etc/key', readOnly: true }] },
      pod: { volumes: [{ name: 'key', secret: { secretName: 'key' } }] },
    });
    const read = async () => (await ask(test, pod, '/read?path=/etc/key/identity')).text();
    expect(await read()).toBe('');
    for (const text of ['one', 'two']) {
      test.client.patch(secret, { data: { identity: Buffer.from(text).toString('base64') } });
      await eventually(async () => expect(await read()).toBe(text));
    }
  });

  it('waits for a Secret that is not there yet, and says so', async () => {
    const test = await testNode();
    test.client.create(
      workload('Deployment', 'web', {
        image: 'tiny:1',
        container: { volumeMounts: [{ name: 'key', mountPath: '/etc/key' }] },
        pod: { volumes: [{ name: 'key', secret: { secretName: 'key' } }] },
      }),
    );
    await eventually(() => {
      const events = test.client.list({ apiVersion: 'v1', kind: 'Event' });
      const messages = events.map((event) => stringAt(event, 'message'));
      expect(messages).toContain('MountVolume.SetUp failed for volume "key" : secret "key" not found');
    });
    expect(test.pods()[0]?.status?.containerStatuses?.[0]?.state).toMatchObject({
      waiting: { reason: 'ContainerCreating' },
    });
    test.client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'default' } });
    await readyPod(test);
  });

  it('is ready only while its probe passes', async () => {
    const test = await testNode();
    const pod = await tinyPod(test);
    await ask(test, pod, '/fall-ill');
    await eventually(() => expect(test.pods().map(isReady)).toEqual([false]));
    expect(restartsOf(test)).toBe(0);
  });

  it('is started again when its liveness probe fails', async () => {
    const test = await testNode();
    const pod = await tinyPod(test, { container: alive });
    await ask(test, pod, '/fall-ill');
    await eventually(() => expect(restartsOf(test)).toBe(1));
    await readyPod(test);
  });

  it('is started again when it crashes, later and later', async () => {
    const test = await testNode();
    await tinyPod(test);
    for (const restarts of [1, 2]) {
      const pod = await readyPod(test);
      await ask(test, pod, '/crash').catch(() => undefined);
      await eventually(() => expect(restartsOf(test)).toBe(restarts));
    }
    const status = test.pods()[0]?.status?.containerStatuses?.[0];
    expect(status?.lastState).toMatchObject({ terminated: { exitCode: 3, reason: 'Error' } });
  });

  it('may end by itself when its pod is deleted', async () => {
    const test = await testNode();
    const pod = await tinyPod(test);
    const { name } = pod.metadata;
    const lines: string[] = [];
    const reading = (async () => {
      for await (const { text } of test.node.logs(
        { namespace: 'default', name },
        new AbortController().signal,
      )) {
        lines.push(text);
      }
    })();
    test.client.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'default', name });
    await reading;
    expect(lines.at(-1)).toContain('exiting=terminated');
    await eventually(() => expect(test.pods().map(({ metadata }) => metadata.name)).not.toContain(name));
  });

  it('is killed when it does not end in time', async () => {
    const test = await testNode();
    const pod = await tinyPod(test, {
      container: { args: ['--stubborn'] },
      pod: { terminationGracePeriodSeconds: 1 },
    });
    const { name } = pod.metadata;
    const pid = test.node.pid({ namespace: 'default', name }) ?? 0;
    test.client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' });
    await eventually(() => expect(test.pods()).toHaveLength(0));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('goes on while the API server is away', async () => {
    const test = await testNode();
    const pod = await tinyPod(test, { container: alive });
    await test.api.goAway();
    expect((await ask(test, pod, '/health')).status).toBe(200);
    await test.api.comeBack();
    expect(restartsOf(test)).toBe(0);
  });
});

describe('an image that is broken', () => {
  it('cannot be pulled until somebody mends it', async () => {
    const test = await testNode();
    const mend = test.node.breakImage('hello', { kind: 'access denied' });
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    await eventually(() =>
      expect(test.pods()[0]?.status?.containerStatuses?.[0]?.state).toMatchObject({
        waiting: {
          reason: 'ImagePullBackOff',
          message: expect.stringContaining('Back-off pulling image "hello:1"'),
        },
      }),
    );
    mend();
    await readyPod(test);
  });

  it('crashes again and again', async () => {
    const test = await testNode();
    test.node.breakImage('hello:1', { kind: 'crashing', exitCode: 2 });
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    await eventually(() =>
      expect(test.pods()[0]?.status).toMatchObject({
        phase: 'Running',
        containerStatuses: [
          {
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 2 } },
          },
        ],
      }),
    );
  });

  it('is looked for in vain when its registry does not have it, in the words of the runtime', async () => {
    let tags = ['1'];
    const dockerHub = { repositories: () => ['acme/web'], tags: () => tags };
    const test = await testNode({ faultOf: (image) => missingTag(image, dockerHub) });
    test.client.create(workload('Deployment', 'web', { image: 'acme/web:2' }));
    const full = 'docker.io/acme/web:2';
    await eventually(() =>
      expect(test.pods()[0]?.status?.containerStatuses?.[0]?.state).toMatchObject({
        waiting: {
          reason: expect.stringMatching(/^(ErrImagePull|ImagePullBackOff)$/),
          message: expect.stringContaining(
            `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`,
          ),
        },
      }),
    );
    tags = ['1', '2'];
    await readyPod(test);
  });

  it('is a stand-in where the registry knows nothing of its repository', async () => {
    const dockerHub = { repositories: () => [], tags: () => [] };
    const test = await testNode({ faultOf: (image) => missingTag(image, dockerHub) });
    test.client.create(workload('Deployment', 'web', { image: 'acme/web:2' }));
    await readyPod(test);
  });

  it('has no name that could be one', async () => {
    const test = await testNode();
    test.client.create(workload('Deployment', 'web', { image: 'acme/Web:2' }));
    await eventually(() =>
      expect(test.pods()[0]?.status?.containerStatuses?.[0]?.state).toEqual({
        waiting: {
          reason: 'InvalidImageName',
          message: `Failed to apply default image tag "acme/Web:2": couldn't parse image name "acme/Web:2": invalid reference format`,
        },
      }),
    );
  });

  it('takes more memory than it may', async () => {
    const test = await testNode();
    test.node.breakImage('hello:1', { kind: 'crashing', exitCode: 137, reason: 'OOMKilled' });
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    await eventually(() =>
      expect(test.pods()[0]?.status?.containerStatuses?.[0]?.lastState).toMatchObject({
        terminated: { exitCode: 137, reason: 'OOMKilled' },
      }),
    );
  });
});

describe('init containers', () => {
  it('end before the others begin', async () => {
    const test = await testNode();
    test.client.create(
      workload('Deployment', 'web', {
        pod: {
          initContainers: [
            { name: 'first', image: 'any:1' },
            { name: 'second', image: 'any:1' },
          ],
        },
      }),
    );
    const pod = await readyPod(test);
    expect(pod.status?.initContainerStatuses?.map(({ state }) => Object.keys(state))).toEqual([
      ['terminated'],
      ['terminated'],
    ]);
  });
});

describe('memcached', () => {
  it('is real where it is installed, and holds its port where it is not', async () => {
    const test = await testNode();
    test.client.create(
      workload('Deployment', 'web', {
        image: 'memcached:1.6.10-alpine',
        container: { args: ['-m 512', '-I 5m', '-p 11211'], readinessProbe: { tcpSocket: { port: 11211 } } },
      }),
    );
    const pod = await readyPod(test);
    expect(test.node.port({ namespace: 'default', name: pod.metadata.name }, 11211)).toBeGreaterThan(0);
  });
});

it('a pod that fits nowhere waits, and says why', async () => {
  const test = await testNode();
  test.client.create(
    workload('Deployment', 'web', { pod: { nodeSelector: { 'kubernetes.io/os': 'windows' } } }),
  );
  await eventually(() => {
    const [pod] = test.pods();
    expect(pod?.status?.phase).toBe('Pending');
    expect(pod?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
    ]);
  });
});
