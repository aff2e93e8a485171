import type { ConnectedCluster } from '../cluster/connect-cluster.ts';
import { connectCluster } from '../cluster/connect-cluster.ts';
import { findCluster } from '../cluster/kubeconfig.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log/logger.ts';

/** The cluster, and what of it is said by where it was found. */
export interface Place extends ConnectedCluster {
  /** The daemon's own. */
  readonly ownNamespace: string;
  /** For objects whose file names none. */
  readonly defaultNamespace: string;
}

export interface PlacePorts {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  /** Ends the watches. */
  readonly stop: AbortSignal;
}

/** Finds the cluster. Whether it answers shows later. */
export async function openPlace({ cluster, mountRoot }: Config, ports: PlacePorts): Promise<Place> {
  const { env, stop, ...rest } = ports;
  const { kubeConfig: file, kubeContext: context, namespace } = cluster;
  const found = await findCluster({ file, context, namespace, env, mountRoot });
  rest.log.log({ msg: `Using kube config: ${JSON.stringify(found.origin)} to connect to the cluster` });
  const { allowedNamespaces, excludedResources } = cluster;
  const connected = await connectCluster(found, {
    allowedNamespaces,
    excludedResources,
    ...rest,
    signal: stop,
  });
  // In a pod that would be the daemon's own, which Flux v1 does not take for a default.
  const contextNamespace = found.origin === 'in-cluster' ? '' : found.contextNamespace;
  const defaultNamespace = cluster.defaultNamespace || contextNamespace || 'default';
  return { ...connected, ownNamespace: found.ownNamespace, defaultNamespace };
}
