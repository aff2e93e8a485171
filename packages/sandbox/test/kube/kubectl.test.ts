import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type KubeApi, startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

function isInstalled(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

const deployment = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}", ports: [{ containerPort: 80 }] }] }
`;

describe.skipIf(!isInstalled())('kubectl (skipped where it is not installed)', () => {
  let api: KubeApi;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    api = await startKubeApi();
    folder = await mkdtemp(join(tmpdir(), 'kubectl-'));
    await writeFile(join(folder, 'kubeconfig'), api.kubeconfig, { mode: 0o600 });
    env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), KUBECACHEDIR: join(folder, 'cache') };
  });
  afterAll(async () => {
    await api.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const kubectl = async (...args: string[]) =>
    (await run('kubectl', args, { env, timeout: 20_000 })).stdout.trim();
  const kubectlWith = async (input: string, ...args: string[]) => {
    const file = join(folder, 'input.yaml');
    await writeFile(file, input);
    return kubectl(...args, '-f', file);
  };

  it('creates namespaces, config maps and secrets', async () => {
    expect(await kubectl('create', 'ns', 'flux')).toBe('namespace/flux created');
    expect(await kubectl('-n', 'flux', 'create', 'configmap', 'c', '--from-literal=a=b')).toBe(
      'configmap/c created',
    );
    expect(await kubectl('-n', 'flux', 'create', 'secret', 'generic', 's', '--from-literal=a=b')).toBe(
      'secret/s created',
    );
    expect(await kubectl('-n', 'flux', 'get', 'secret', 's', '-o', 'jsonpath={.data.a}')).toBe('Yg==');
    await expect(kubectl('create', 'ns', 'flux')).rejects.toThrow(
      'Error from server (AlreadyExists): namespaces "flux" already exists',
    );
  });

  it('applies, and says what changed', async () => {
    expect(await kubectlWith(deployment('web:1'), 'apply')).toBe('deployment.apps/web created');
    expect(await kubectlWith(deployment('web:1'), 'apply')).toBe('deployment.apps/web unchanged');
    expect(await kubectlWith(deployment('web:2'), 'apply')).toBe('deployment.apps/web configured');
    expect(await kubectlWith(deployment('web:3'), 'apply', '--server-side')).toBe(
      'deployment.apps/web serverside-applied',
    );
    await expect(
      kubectlWith(deployment('web:4'), 'apply', '--server-side', '--field-manager=other'),
    ).rejects.toThrow('Apply failed with 1 conflict: conflict with "kubectl"');
    await expect(kubectlWith(deployment('web:4').replace('image', 'imagee'), 'apply')).rejects.toThrow(
      'unknown field "spec.template.spec.containers[0].imagee"',
    );
  });

  it('shows tables', async () => {
    const rows = (await kubectl('get', 'deploy', '-o', 'wide'))
      .split('\n')
      .map((line) => line.split(/\s{2,}/));
    expect(rows[0]).toEqual([
      'NAME',
      'READY',
      'UP-TO-DATE',
      'AVAILABLE',
      'AGE',
      'CONTAINERS',
      'IMAGES',
      'SELECTOR',
    ]);
    expect(rows[1]?.slice(0, 4)).toEqual(['web', '0/1', '0', '0']);
    expect(await kubectl('get', 'ns', 'default', '--no-headers')).toMatch(/^default\s+Active\s+\d+s$/);
  });

  it('labels, annotates, patches and scales', async () => {
    expect(await kubectl('label', 'deploy', 'web', 'x=y')).toBe('deployment.apps/web labeled');
    expect(await kubectl('annotate', 'deploy', 'web', 'x=y')).toBe('deployment.apps/web annotated');
    const patch =
      '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","value":"b"}]}]}}}}';
    expect(await kubectl('patch', 'deploy', 'web', '-p', patch)).toBe('deployment.apps/web patched');
    expect(await kubectl('scale', 'deploy', 'web', '--replicas=3')).toBe('deployment.apps/web scaled');
    const path =
      'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].env[0].value} {.metadata.labels.x}';
    expect(await kubectl('get', 'deploy', 'web', '-o', path)).toBe('3 b y');
  });

  it('waits for a rollout', async () => {
    const client = api.client('test');
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' };
    const waiting = spawn('kubectl', ['rollout', 'status', 'deployment/web', '--timeout=20s'], { env });
    let text = '';
    waiting.stdout.on('data', (chunk: Buffer) => {
      text += chunk;
      if (!text.includes('Waiting for deployment')) return;
      const generation = client.get(ref)?.metadata.generation ?? 0;
      const counts = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
      client.patch(ref, { status: { observedGeneration: generation, ...counts } }, { subresource: 'status' });
    });
    const { promise, resolve } = Promise.withResolvers<number | null>();
    waiting.once('close', resolve);
    expect(await promise).toBe(0);
    expect(text).toContain('deployment "web" successfully rolled out');
  });

  it('reads logs from whoever runs the pods', async () => {
    api.client('test').create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name: 'p' },
      spec: { containers: [{ name: 'a', image: 'a' }] },
    });
    const end = api.serveSubresource('pods/log', { handle: (_, response) => void response.end('hello\n') });
    expect(await kubectl('logs', 'p')).toBe('hello');
    end();
  });

  it('deletes and waits', async () => {
    expect(await kubectl('delete', 'deploy', 'web', '--timeout=10s')).toBe('deployment.apps "web" deleted');
    expect(await kubectl('delete', 'ns', 'flux', '--timeout=10s')).toBe('namespace "flux" deleted');
    await expect(kubectl('get', 'ns', 'flux')).rejects.toThrow(
      'Error from server (NotFound): namespaces "flux" not found',
    );
  });

  it('knows custom kinds', async () => {
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets', shortNames: ['wd'] },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
              },
            },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
          },
        ],
      },
    };
    await kubectlWith(JSON.stringify(definition), 'apply');
    await kubectl('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=10s');
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: { size: 3 },
    };
    expect(await kubectlWith(JSON.stringify(widget), 'apply')).toBe('widget.example.com/w created');
    expect(await kubectl('get', 'wd')).toMatch(/^NAME\s+SIZE\nw\s+3$/);
    expect(await kubectl('explain', 'widget.spec.size')).toContain('FIELD: size <integer>');
  });
});
