import { setTimeout as wait } from 'node:timers/promises';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import { clustersUnderTest } from '@fluxctl/sandbox/clusters-under-test';
import { startKubeApi } from '@fluxctl/sandbox/kube/start-kube-api';
import { startNode } from '@fluxctl/sandbox/node/start-node';
import { kubeOf } from './kube.ts';

/** A cluster whose pods come to run, or do not, by their image. */
export interface RolloutStage {
  readonly cluster: ClusterAccess;
  /** From now on. @param image - with its tag; no image of another stage's test */
  breakImage(image: string, fault: StagedFault): void;
  /** How many times somebody asked for the pods of a workload; undefined where nobody counts. */
  looksAtPods(namespace: string): number | undefined;
  stop(): Promise<void>;
}

export type StagedFault = 'cannot be pulled' | 'crashes';

/** The sandbox with its node; a real API server, whose pods' statuses are written as a kubelet would. */
export function rolloutStages(): { name: string; start: () => Promise<RolloutStage> }[] {
  return clustersUnderTest().map(({ name, start }) => ({
    name,
    start: name === 'sandbox' ? sandboxStage : async () => realStage(await start()),
  }));
}

/** The sandbox, which has a node. */
export async function sandboxStage(): Promise<RolloutStage> {
  const api = await startKubeApi();
  const node = await startNode({ api, images: [], pace: 0.03 });
  return {
    cluster: api,
    breakImage(image, fault) {
      node.breakImage(
        image,
        fault === 'crashes' ? { kind: 'crashing', exitCode: 2 } : { kind: 'no such image' },
      );
    },
    looksAtPods: (namespace) =>
      api.requests.all({ resource: 'pods', namespace }).filter(({ url }) => url.includes('labelSelector='))
        .length,
    async stop() {
      await node.stop();
      await api.stop();
    },
  };
}

interface Pod {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status?: { readonly containerStatuses?: readonly object[] };
}

/** Nobody runs the pods: their statuses are written by hand, again where the fault of an image has changed. */
function realStage(cluster: ClusterAccess & { stop(): Promise<void> }): RolloutStage {
  const kube = kubeOf(cluster);
  const faults = new Map<string, StagedFault>();
  const stop = new AbortController();
  const running = (async () => {
    while (!stop.signal.aborted) {
      const list = await kube.get('/api/v1/pods');
      for (const pod of (list?.['items'] ?? []) as unknown as Pod[]) {
        if (pod.status?.containerStatuses || pod.metadata.deletionTimestamp) continue;
        const { namespace, name } = pod.metadata;
        const status = statusOf(pod, faults);
        // It may be gone by now.
        await kube.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, { status }).catch(() => {});
      }
      await wait(100, undefined, { signal: stop.signal }).catch(() => {});
    }
  })();
  return {
    cluster,
    breakImage: (image, fault) => void faults.set(image, fault),
    looksAtPods: () => undefined,
    async stop() {
      stop.abort();
      await running;
      await cluster.stop();
    },
  };
}

function statusOf({ spec }: Pod, faults: ReadonlyMap<string, StagedFault>) {
  const containers = spec.containers.map(({ name, image }) => {
    const fault = faults.get(image);
    return { name, image, imageID: image, ...containerState(image, fault), ready: fault === undefined };
  });
  const ready = containers.every((container) => container.ready) ? 'True' : 'False';
  return {
    phase: 'Running',
    conditions: ['Ready', 'ContainersReady'].map((type) => ({ type, status: ready })),
    containerStatuses: containers,
  };
}

function containerState(image: string, fault: StagedFault | undefined) {
  switch (fault) {
    case undefined:
      return { restartCount: 0, state: { running: { startedAt: '2026-01-01T00:00:00Z' } } };
    case 'cannot be pulled':
      return {
        restartCount: 0,
        state: {
          waiting: {
            reason: 'ImagePullBackOff',
            message: `Back-off pulling image "${image}": ErrImagePull: ${image}: not found`,
          },
        },
      };
    case 'crashes':
      return {
        restartCount: 3,
        state: {
          waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container' },
        },
        lastState: { terminated: { exitCode: 2, reason: 'Error' } },
      };
    default:
      return fault satisfies never;
  }
}
