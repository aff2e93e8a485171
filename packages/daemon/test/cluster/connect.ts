import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { JsonObject, ObjectRef } from '@fluxctl/shared/kube-object';
import { resourceId } from '@fluxctl/shared/resource/resource-id';
import { expect, vi } from 'vitest';
import type { ApplyItem, Cluster, SecretStore } from '../../src/cluster/cluster.ts';
import { connectCluster } from '../../src/cluster/connect-cluster.ts';
import { createKubeClient, type KubeClient } from '../../src/cluster/kube-client.ts';
import { findCluster } from '../../src/cluster/kubeconfig.ts';
import type { LogFields, Logger } from '../../src/log/logger.ts';
import { checksumAnnotation, markLabel } from '../../src/manifests/mark.ts';

export interface TestConnection {
  readonly cluster: Cluster;
  readonly secrets: SecretStore;
  /** What somebody else does, as an administrator. */
  readonly client: KubeClient;
  readonly signal: AbortSignal;
  readonly logged: LogFields[];
  close(): Promise<void>;
}

/** A daemon's connection to a cluster; a second one to the same cluster is a restart. */
export async function connect(
  access: ClusterAccess,
  { allowedNamespaces = [] as readonly string[], excludedResources = [] as readonly string[] } = {},
): Promise<TestConnection> {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-test-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, access.kubeconfig, { mode: 0o600 });
  const found = await findCluster({ file, context: '', namespace: '', env: {}, mountRoot: folder });
  const stop = new AbortController();
  const logged: LogFields[] = [];
  const log: Logger = { log: (fields) => void logged.push(fields), with: () => log };
  const ports = { allowedNamespaces, excludedResources, log, random: Math.random, now: Date.now };
  const connected = await connectCluster(found, { ...ports, signal: stop.signal });
  const client = createKubeClient(found.config, Date.now);
  await connected.cluster.version(stop.signal);
  return {
    cluster: connected.cluster,
    secrets: connected.secrets,
    client,
    signal: stop.signal,
    logged,
    async close() {
      stop.abort();
      await Promise.all([connected.close(), client.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface TestObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string };
}

export function refOf({ apiVersion, kind, metadata }: TestObject): ObjectRef {
  const { name, namespace } = metadata;
  return { apiVersion, kind, name, ...(typeof namespace === 'string' ? { namespace } : {}) };
}

/** An object as the pass hands it over: with mark and checksum. */
export function item(object: TestObject): ApplyItem {
  const ref = refOf(object);
  const { labels, annotations } = object.metadata as { labels?: JsonObject; annotations?: JsonObject };
  const body: JsonObject = {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...labels, [markLabel]: `sha256.${ref.name}` },
      annotations: { ...annotations, [checksumAnnotation]: 'c0ffee' },
    },
  };
  const id = resourceId(ref.namespace, ref.kind, ref.name);
  const source = { path: `${ref.name}.yaml`, line: 3, document: 1 };
  return { id, ref, source, body: async () => structuredClone(body) };
}

/** Waits for a condition, for ten seconds at most. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 20 });
}

export function expectActions(outcomes: readonly { readonly action: string }[], ...actions: string[]): void {
  expect(outcomes.map(({ action }) => action)).toEqual(actions);
}
