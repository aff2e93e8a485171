import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isReady } from '../../src/node/pods.ts';
import { eventually, type TestNode, testNode, workload } from './test-node.ts';

const run = promisify(execFile);

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

type Kubectl = (...args: string[]) => Promise<string>;

async function kubectlFor({ api }: TestNode): Promise<Kubectl> {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, api.kubeconfig);
  return async (...args) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
    const { stdout } = await run('kubectl', args, { env, timeout: 25_000 });
    return stdout;
  };
}

describe.skipIf(!isInstalled('kubectl'))('kubectl (skipped where it is not installed)', () => {
  it('follows a rollout to its end and shows the pod', async () => {
    const test = await testNode();
    const kubectl = await kubectlFor(test);
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    const rollout = await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s');
    expect(rollout).toMatch(/deployment "web" successfully rolled out\n$/);
    const pods = await kubectl('get', 'pod', '--no-headers');
    expect(pods).toMatch(/^web-\S+ +1\/1 +Running +0 /);
  });

  it('shows what a pod logs, from the end and on and on', async () => {
    const test = await testNode();
    const kubectl = await kubectlFor(test);
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    const pod = await eventually(() => {
      const [found] = test.pods();
      expect(found && isReady(found)).toBe(true);
      return { namespace: 'default', name: found?.metadata.name ?? '' };
    });
    const port = test.node.port(pod, 3000);
    for (const path of ['/one', '/two', '/three'])
      await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    expect(await kubectl('logs', pod.name, '--tail=2')).toBe('GET /two\nGET /three\n');
    test.api.requests.clear();
    const following = kubectl('logs', '-f', pod.name);
    await eventually(() => expect(test.api.requests.count({ subresource: 'log' })).toBe(1));
    await (await fetch(`http://127.0.0.1:${port}/four`)).text();
    test.client.delete({ apiVersion: 'v1', kind: 'Pod', ...pod });
    expect(await following).toMatch(/GET \/one\nGET \/two\nGET \/three\nGET \/four\n$/);
  });

  it('says why there is no log yet', async () => {
    const test = await testNode();
    const kubectl = await kubectlFor(test);
    test.node.breakImage('hello', { kind: 'no such image' });
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    await eventually(async () =>
      expect(await kubectl('get', 'pod', '--no-headers')).toMatch(/0\/1 +(ErrImagePull|ImagePullBackOff) /),
    );
    await expect(kubectl('logs', 'deployment/web')).rejects.toMatchObject({
      stderr: expect.stringContaining('is waiting to start: trying and failing to pull image'),
    });
  });

  it('describes what happened to a pod', async () => {
    const test = await testNode();
    const kubectl = await kubectlFor(test);
    test.node.breakImage('hello', { kind: 'crashing', exitCode: 2, lastWords: 'no more' });
    test.client.create(workload('Deployment', 'web', { image: 'hello:1' }));
    await eventually(async () =>
      expect(await kubectl('get', 'pod', '--no-headers')).toContain('CrashLoopBackOff'),
    );
    const text = await kubectl('describe', 'pod');
    expect(text).toContain('Back-off restarting failed container main');
    expect(text).toMatch(/Scheduled .*default-scheduler +Successfully assigned default\/web-\S+ to sandbox/);
    expect(await kubectl('logs', '--previous', 'deployment/web')).toBe('no more\n');
  });

  it('rolls on and back', async () => {
    const test = await testNode();
    const kubectl = await kubectlFor(test);
    test.client.create(workload('Deployment', 'web', { image: 'hello:1', spec: { replicas: 2 } }));
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s');
    await kubectl('set', 'image', 'deployment/web', 'main=hello:2');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s');
    await kubectl('rollout', 'undo', 'deployment/web');
    await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s');
    await eventually(() =>
      expect(test.pods().map(({ spec }) => spec.containers[0]?.image)).toEqual(['hello:1', 'hello:1']),
    );
  });
});
