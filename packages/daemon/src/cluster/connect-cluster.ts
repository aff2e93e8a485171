import type { Logger } from '../log/logger.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import { createAllowedNamespaces } from './allowed-namespaces.ts';
import { applyAll } from './apply.ts';
import type { Cluster, SecretStore } from './cluster.ts';
import { createDiscovery } from './discovery.ts';
import { excludes } from './excluded-resources.ts';
import { exportWorkloads } from './export.ts';
import { createForbiddenKinds } from './forbidden-kinds.ts';
import { createKubeClient } from './kube-client.ts';
import type { ClusterConfig } from './kubeconfig.ts';
import { createLiveState } from './live-state.ts';
import { createNodePlatforms } from './node-platforms.ts';
import { createOutage } from './outage.ts';
import { pruneAll } from './prune.ts';
import { createPullSecrets } from './pull-secrets.ts';
import type { RetryPorts } from './retry.ts';
import { watchRollout } from './rollout-watch.ts';
import { createSecretStore } from './secrets.ts';
import type { ServedKind } from './served-kinds.ts';
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
  const { log, random, now, signal } = ports;
  const client = createKubeClient(found.config, now);
  const discovery = createDiscovery({ client, random, now, signal });
  const namespaces = createAllowedNamespaces(ports.allowedNamespaces, { client, log, now });
  const limit = createAdaptiveLimit(parallelStart, parallelMost);
  const outage = createOutage(now, log);
  const patient: RetryPorts = { random, outage };
  const retry: RetryPorts = { ...patient, run: limit.run, onBusy: limit.shrink };
  const isExcluded = (served: ServedKind): boolean => excludes(ports.excludedResources, served);
  const forbidden = createForbiddenKinds(log);
  const seeing = { client, discovery, namespaces, forbidden, signal };
  const live = createLiveState({ ...seeing, log, retry: patient, isExcluded });
  const workloads = createWorkloads({ ...seeing, random });
  const asking = { client, retry: patient, log: log.with({ component: 'cluster' }), now };

  const cluster: Cluster = {
    async version(signal) {
      const { body } = await client.request({ method: 'GET', path: '/version' }, signal);
      return `kubernetes-${String(body['gitVersion'])}`;
    },
    async ping(signal) {
      await client.request({ method: 'GET', path: '/version' }, signal);
    },
    scope: (apiVersion, kind, signal) => discovery.scope(apiVersion, kind, signal),
    onKindsChange: (listener) => discovery.onChange(listener),
    live,
    apply: (items, signal, onProgress = () => undefined) =>
      applyAll(items, { client, discovery, live, retry }, signal, onProgress),
    prune: (objects, signal, onProgress = () => undefined) =>
      pruneAll(objects, { client, discovery, live, retry }, signal, onProgress),
    workloads: (filter, signal) => workloads.list(filter, signal),
    onImagesChange: (listener) => workloads.onImagesChange(listener),
    pullSecrets: createPullSecrets(asking),
    nodePlatforms: createNodePlatforms(asking),
    watchRollout: (id, onChange) => watchRollout(id, onChange, { ...seeing, random, workloads }),
    export: (signal) => exportWorkloads({ client, discovery, namespaces, retry: patient }, signal),
  };
  return {
    host: client.host,
    cluster,
    secrets: createSecretStore(client, found.ownNamespace, patient),
    close: () => client.close(),
  };
}
