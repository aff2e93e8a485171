import type { Logger } from '../log/logger.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import { ApiUnreachableError, isStatus } from './api-error.ts';
import { applyAll } from './apply.ts';
import type { Cluster, SecretStore } from './cluster.ts';
import { createDiscovery, type ServedKind } from './discovery.ts';
import { excludes } from './excluded-resources.ts';
import { exportWorkloads } from './export.ts';
import { createKubeClient } from './kube-client.ts';
import type { ClusterConfig } from './kubeconfig.ts';
import { createLiveState } from './live-state.ts';
import { metadataOnly } from './object-metadata.ts';
import { pruneAll } from './prune.ts';
import { startReflector } from './reflector.ts';
import { createSecretStore } from './secrets.ts';
import { createWorkloads } from './workloads.ts';

export interface ClusterPorts {
  /** `--k8s-allow-namespace`; empty for all. */
  readonly allowedNamespaces: readonly string[];
  /** `--k8s-unsafe-exclude-resource`: globs on `group/version/Kind`. */
  readonly excludedResources: readonly string[];
  readonly log: Logger;
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends watches and requests that nobody waits for. */
  readonly signal: AbortSignal;
}

export interface ConnectedCluster {
  /** The API server's address. */
  readonly host: string;
  readonly cluster: Cluster;
  readonly secrets: SecretStore;
  close(): Promise<void>;
}

const parallelStart = 8;
const parallelMost = 32;

/**
 * Makes ready to speak to the cluster; makes no request itself, so that one which is away can be
 * waited for.
 * @throws {UserError} when the kubeconfig's context is of no use
 */
export async function connectCluster(found: ClusterConfig, ports: ClusterPorts): Promise<ConnectedCluster> {
  const client = await createKubeClient(found.config, ports.now);
  const discovery = createDiscovery(client, ports.now);
  const { allowedNamespaces, log, random, signal } = ports;
  const isExcluded = (served: ServedKind): boolean => excludes(ports.excludedResources, served);
  const live = createLiveState({ client, discovery, log, random, allowedNamespaces, isExcluded, signal });
  const workloads = createWorkloads({ client, discovery, log, random, allowedNamespaces, signal });
  const limit = createAdaptiveLimit(parallelStart, parallelMost);
  const onBusy = (error: unknown): void => {
    if (isStatus(error, 429) || error instanceof ApiUnreachableError) limit.shrink();
  };
  const watchDefinitions = definitionWatch({ client, discovery, random, signal });

  const cluster: Cluster = {
    async version(signal) {
      const { body } = await client.request({ method: 'GET', path: '/version' }, signal);
      watchDefinitions();
      return `kubernetes-${String(body['gitVersion'])}`;
    },
    async ping(signal) {
      await client.request({ method: 'GET', path: '/version' }, signal);
    },
    scope: (apiVersion, kind, signal) => discovery.scope(apiVersion, kind, signal),
    onKindsChange: (listener) => discovery.onInvalidated(listener),
    live,
    apply: (items, signal, onProgress = () => undefined) =>
      applyAll(items, { client, discovery, live, random, onBusy }, limit, signal, onProgress),
    prune: (objects, signal, onProgress = () => undefined) =>
      pruneAll(objects, { client, discovery, live, random }, limit, signal, onProgress),
    workloads: (filter, signal) => workloads.list(filter, signal),
    export: (signal) => exportWorkloads({ client, discovery, allowedNamespaces }, signal),
  };
  return {
    host: client.host,
    cluster,
    secrets: createSecretStore(client, found.ownNamespace, random),
    close: () => client.close(),
  };
}

/** What is served changes when CRDs and aggregated APIs come and go; whoever may watch them is told. */
function definitionWatch(ports: {
  readonly client: Awaited<ReturnType<typeof createKubeClient>>;
  readonly discovery: ReturnType<typeof createDiscovery>;
  readonly random: () => number;
  readonly signal: AbortSignal;
}): () => void {
  let started = false;
  return () => {
    if (started) return;
    started = true;
    for (const path of [
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      '/apis/apiregistration.k8s.io/v1/apiservices',
    ]) {
      let listed = false;
      const changed = (): void => {
        if (listed) ports.discovery.invalidate();
      };
      const sink = {
        relist: () => undefined,
        upsert: changed,
        remove: changed,
        listed: () => {
          changed();
          listed = true;
        },
      };
      const { client, random } = ports;
      startReflector({ client, path, accept: metadataOnly.list, sink, random }, ports.signal);
    }
  };
}
