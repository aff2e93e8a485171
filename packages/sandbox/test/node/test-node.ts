import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@fluxctl/shared/kube-object';
import { expect, onTestFinished, vi } from 'vitest';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import type { KubeClient } from '../../src/kube/resources/client.ts';
import { type KubeApi, startKubeApi } from '../../src/kube/start-kube-api.ts';
import type { Pod } from '../../src/node/objects.ts';
import { fluxd } from '../../src/node/programs/fluxd.ts';
import { helloWeb } from '../../src/node/programs/hello-web.ts';
import { memcached } from '../../src/node/programs/memcached.ts';
import { type NodeOptions, type SandboxNode, startNode } from '../../src/node/start-node.ts';

/** A cluster with its node, for one test. */
export interface TestNode {
  readonly api: KubeApi;
  readonly node: SandboxNode;
  readonly client: KubeClient;
  /** Those of a namespace, by name. */
  pods(namespace?: string): readonly Pod[];
  get(apiVersion: string, kind: string, name: string): KubeObject | undefined;
}

const tiny = fileURLToPath(new URL('./tiny-daemon.mjs', import.meta.url));

/** Images: `tiny` is a process of its own, `hello` the little web site; it ends with the test. */
export async function testNode(options: Partial<Omit<NodeOptions, 'api'>> = {}): Promise<TestNode> {
  const problems: unknown[] = [];
  const path = process.env['PATH'] ?? '';
  const api = await startKubeApi();
  const node = await startNode({
    api,
    pace: 0.02,
    mountDelayMs: 20,
    onProblem: (problem) => problems.push(problem),
    images: [
      {
        image: 'tiny',
        program: fluxd({ script: tiny, node: process.execPath, path, files: { '/etc/motd': 'hi' } }),
      },
      { image: 'hello', program: helloWeb },
      { image: 'memcached', program: memcached(path) },
    ],
    ...options,
  });
  onTestFinished(async () => {
    await node.stop();
    await api.stop();
    expect(problems).toEqual([]);
  });
  const client = api.client('test');
  return {
    api,
    node,
    client,
    pods: (namespace = 'default') =>
      client.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace }) as readonly Pod[],
    get: (apiVersion, kind, name) => client.get({ apiVersion, kind, namespace: 'default', name }),
  };
}

/** Waits, at most 20 seconds, until the check passes. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 20 });
}

export function workload(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  { image = 'anything:1', container = {}, pod = {}, spec = {} }: WorkloadParts = {},
): JsonObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image, ...container }], ...pod },
      },
      ...(kind === 'StatefulSet' && { serviceName: name }),
      ...spec,
    },
  };
}

interface WorkloadParts {
  readonly image?: string;
  readonly container?: JsonObject;
  readonly pod?: JsonObject;
  readonly spec?: JsonObject;
}
