import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { Cluster, SecretStore } from '../../src/cluster/cluster.ts';
import { connectCluster } from '../../src/cluster/connect-cluster.ts';
import { excludedByDefault } from '../../src/cluster/excluded-resources.ts';
import { createKubeClient, type KubeClient } from '../../src/cluster/kube-client.ts';
import { findCluster } from '../../src/cluster/kubeconfig.ts';
import type { LogFields, Logger } from '../../src/log/logger.ts';

export interface TestConnection {
  readonly cluster: Cluster;
  readonly secrets: SecretStore;
  readonly signal: AbortSignal;
  readonly logged: LogFields[];
  close(): Promise<void>;
}

export interface TestConnectionOptions {
  readonly allowedNamespaces?: readonly string[];
  readonly excludedResources?: readonly string[];
  /** Address of a proxy in front of the cluster. */
  readonly through?: string;
}

/** A daemon's connection to a cluster; a second one to the same cluster is a restart. */
export async function connect(
  access: ClusterAccess,
  { allowedNamespaces = [], excludedResources = excludedByDefault, through }: TestConnectionOptions = {},
): Promise<TestConnection> {
  const found = await configOf(access, through);
  const stop = new AbortController();
  const logged: LogFields[] = [];
  const log: Logger = { log: (fields) => void logged.push(fields), with: () => log };
  const ports = { allowedNamespaces, excludedResources, log, random: Math.random, now: Date.now };
  const connected = await connectCluster(found, { ...ports, signal: stop.signal });
  return {
    cluster: connected.cluster,
    secrets: connected.secrets,
    signal: stop.signal,
    logged,
    async close() {
      stop.abort();
      await connected.close();
    },
  };
}

/** Speaks to the API server as an administrator. */
export async function connectAdmin(access: ClusterAccess): Promise<KubeClient> {
  return createKubeClient((await configOf(access)).config, Date.now);
}

async function configOf(access: ClusterAccess, through?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'cluster-test-'));
  try {
    const file = join(folder, 'kubeconfig');
    const text =
      through === undefined ? access.kubeconfig : access.kubeconfig.replaceAll(access.server, through);
    await writeFile(file, text, { mode: 0o600 });
    return await findCluster({ file, context: '', namespace: '', env: {}, mountRoot: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
