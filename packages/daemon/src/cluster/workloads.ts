import { type ResourceId, resourceIdParts } from '@fluxctl/shared/resource/resource-id';
import type { Logger } from '../log/logger.ts';
import { isStatus } from './api-error.ts';
import type { Workload } from './cluster.ts';
import { type Discovery, objectPath, type ServedKind } from './discovery.ts';
import type { KubeClient } from './kube-client.ts';
import { readWorkload } from './read-workload.ts';
import { startReflector } from './reflector.ts';
import type { WorkloadKind } from './workload-status.ts';

/** Where the kinds of workloads are served; what comes first in a row is asked for first. */
const sources: readonly {
  readonly kind: WorkloadKind;
  readonly served: readonly [apiVersion: string, kind: string][];
}[] = [
  { kind: 'deployment', served: [['apps/v1', 'Deployment']] },
  { kind: 'daemonset', served: [['apps/v1', 'DaemonSet']] },
  { kind: 'statefulset', served: [['apps/v1', 'StatefulSet']] },
  {
    kind: 'cronjob',
    served: [
      ['batch/v1', 'CronJob'],
      ['batch/v1beta1', 'CronJob'],
    ],
  },
  { kind: 'helmrelease', served: [['helm.fluxcd.io/v1', 'HelmRelease']] },
];

export interface WorkloadPorts {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly log: Logger;
  readonly random: () => number;
  readonly allowedNamespaces: readonly string[];
  readonly signal: AbortSignal;
}

export interface WorkloadFilter {
  readonly namespace?: string;
  readonly ids?: readonly ResourceId[];
}

/**
 * The workloads of the cluster, as watches tell them: these begin when first asked, and from then on
 * an answer makes no request. What is kept of a workload is what is told of it.
 */
export function createWorkloads(ports: WorkloadPorts): {
  list(filter: WorkloadFilter, signal: AbortSignal): Promise<readonly Workload[]>;
} {
  const workloads = new Map<ResourceId, Workload>();
  const following = new Map<WorkloadKind, Promise<void>>();
  const follow = async (kind: WorkloadKind, served: ServedKind): Promise<void> => {
    const namespaces = ports.allowedNamespaces.length > 0 ? ports.allowedNamespaces : [undefined];
    const reflectors = namespaces.map((namespace) => {
      let seen: Set<ResourceId> | undefined;
      const mine = new Set<ResourceId>();
      return startReflector(
        {
          client: ports.client,
          path: objectPath(served, namespace),
          accept: 'application/json',
          random: ports.random,
          onFailure: (error) => {
            if (isStatus(error, 403))
              ports.log.log({ warning: 'not allowed to list resources', err: error.message });
          },
          sink: {
            relist: () => {
              seen = new Set();
            },
            upsert(object) {
              const workload = readWorkload(kind, object);
              if (!workload) return;
              workloads.set(workload.id, workload);
              mine.add(workload.id);
              seen?.add(workload.id);
            },
            remove(object) {
              const workload = readWorkload(kind, object);
              if (workload) workloads.delete(workload.id);
            },
            listed() {
              for (const id of mine) {
                if (seen?.has(id)) continue;
                mine.delete(id);
                workloads.delete(id);
              }
            },
          },
        },
        ports.signal,
      ).ready;
    });
    await Promise.all(reflectors);
  };

  const start = async (
    kind: WorkloadKind,
    served: readonly [string, string][],
    signal: AbortSignal,
  ): Promise<void> => {
    for (const [apiVersion, name] of served) {
      const found = await ports.discovery.find(apiVersion, name, signal);
      if (!found) continue;
      const started = following.get(kind) ?? follow(kind, found);
      following.set(kind, started);
      return started;
    }
  };

  return {
    async list({ namespace, ids }, signal) {
      await Promise.all(
        sources.map(({ kind, served }) => following.get(kind) ?? start(kind, served, signal)),
      );
      if (ids) return ids.flatMap((id) => workloads.get(id) ?? []);
      const all = [...workloads.values()];
      return namespace ? all.filter(({ id }) => resourceIdParts(id).namespace === namespace) : all;
    },
  };
}
