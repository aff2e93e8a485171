import type { JsonObject } from '@fluxctl/shared/kube-object';
import { version } from '@fluxctl/shared/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleDeployment } from '../../src/git-host/sample-repository.ts';
import type { PodName } from '../../src/node/start-node.ts';
import { createWorld, type World } from '../../src/world.ts';

/** The daemon's own part of what `fluxctl install` renders. */
function daemonObjects(gitUrl: string): readonly JsonObject[] {
  const probe = {
    httpGet: { port: 3030, path: '/api/flux/v6/identity.pub' },
    initialDelaySeconds: 5,
    timeoutSeconds: 5,
  };
  const metadata = { name: 'flux', namespace: 'flux' };
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: 'v1', kind: 'Secret', metadata: { ...metadata, name: 'flux-git-deploy' }, type: 'Opaque' },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: { name: 'flux' } },
        template: {
          metadata: { labels: { name: 'flux' } },
          spec: {
            serviceAccountName: 'flux',
            volumes: [
              { name: 'git-key', secret: { secretName: 'flux-git-deploy', defaultMode: 0o400 } },
              { name: 'git-keygen', emptyDir: { medium: 'Memory' } },
            ],
            containers: [
              {
                name: 'flux',
                image: `docker.io/fluxctl/fluxd:${version}`,
                ports: [{ containerPort: 3030 }],
                livenessProbe: probe,
                readinessProbe: probe,
                volumeMounts: [
                  { name: 'git-key', mountPath: '/etc/fluxd/ssh', readOnly: true },
                  { name: 'git-keygen', mountPath: '/var/fluxd/keygen' },
                ],
                args: [
                  '--ssh-keygen-dir=/var/fluxd/keygen',
                  `--git-url=${gitUrl}`,
                  '--git-label=flux',
                  '--git-email=sam@example.com',
                  '--git-poll-interval=1s',
                  '--listen-metrics=:3031',
                ],
              },
            ],
          },
        },
      },
    },
  ];
}

describe('the real daemon in a pod', () => {
  let world: World;
  let pod: PodName;

  beforeAll(async () => {
    world = await createWorld({ pace: 0.1, mountDelayMs: 100 });
    const client = world.api.client('test');
    for (const object of daemonObjects(world.gitUrl)) client.create(object);
    pod = await world.waitForPod('flux', 'name=flux');
  });
  afterAll(() => world.stop());

  const secret = () =>
    world.api
      .client('test')
      .get({ apiVersion: 'v1', kind: 'Secret', namespace: 'flux', name: 'flux-git-deploy' });
  const demoAnswer = async (): Promise<string> => {
    const [port] = world.node.nodePorts();
    return (await fetch(`http://127.0.0.1:${port?.port}/`)).text();
  };

  it('makes a key, follows the repository once it may, and serves its ports', async () => {
    const publicKey = await world.waitFor('the key', () => {
      const data = secret()?.['data'] as Record<string, string> | undefined;
      return data?.['identity.pub'] ? Buffer.from(data['identity.pub'], 'base64').toString() : undefined;
    });
    expect(publicKey).toMatch(/^ssh-rsa /);
    await world.waitForLog(pod, /git repo not ready/);
    world.repository.addDeployKey(publicKey, 'write');
    await world.waitForLog(pod, /state="tag flux"/, 40_000);
    await world.waitForRollout('demo', 'docker-nodejs-demo');
    expect(await demoAnswer()).toBe('Hello World (v1.0.2)!');
    expect(world.node.port(pod, 3030)).toBeGreaterThan(0);
    const metrics = await fetch(`http://127.0.0.1:${world.node.port(pod, 3031)}/metrics`);
    expect(await metrics.text()).toContain('flux_');
  });

  it('applies the next commit', async () => {
    await world.repository.commit({ 'workloads/hello.yaml': sampleDeployment('1.0.1') });
    await world.waitFor('the older page', async () =>
      (await demoAnswer().catch(() => '')) === 'Hello World (v1.0.1)!' ? true : undefined,
    );
  });

  it('comes back after it was killed, with the same key', async () => {
    const before = secret()?.['data'];
    const pid = world.node.pid(pod) ?? 0;
    process.kill(pid, 'SIGKILL');
    await world.waitFor('a new process', () => {
      const next = world.node.pid(pod);
      return next !== undefined && next !== pid ? next : undefined;
    });
    await world.waitForPod('flux', 'name=flux');
    await world.repository.commit({ 'workloads/hello.yaml': sampleDeployment('1.0.2') });
    await world.waitFor('the newer page', async () =>
      (await demoAnswer().catch(() => '')) === 'Hello World (v1.0.2)!' ? true : undefined,
    );
    expect(secret()?.['data']).toEqual(before);
  });

  it('ends when its pod is deleted', async () => {
    const pid = world.node.pid(pod) ?? 0;
    const client = world.api.client('test');
    client.delete({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'flux', name: 'flux' });
    await world.waitFor('the end of the process', () => {
      try {
        process.kill(pid, 0);
        return undefined;
      } catch {
        return true;
      }
    });
  });
});
