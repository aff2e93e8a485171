import type { KubeConfig } from '@kubernetes/client-node';
import type { ListPods, PodRef } from './find-daemon.ts';
import { kubeGet } from './kube-get.ts';

/** The part of a list of pods that is needed. */
interface PodList {
  readonly items?: readonly { readonly metadata?: Partial<PodRef> }[];
}

/** Lists running pods through the Kubernetes API; whether they are ready does not count. */
export function podLister(config: KubeConfig, signal: AbortSignal): ListPods {
  return async ({ namespace, labelSelector }) => {
    const folder = namespace === undefined ? 'pods' : `namespaces/${encodeURIComponent(namespace)}/pods`;
    const query = new URLSearchParams({ fieldSelector: 'status.phase=Running', labelSelector });
    const list = (await kubeGet(config, `/api/v1/${folder}?${query}`, signal)) as PodList;
    return (list.items ?? []).map(({ metadata }) => ({
      namespace: metadata?.namespace ?? namespace ?? '',
      name: metadata?.name ?? '',
    }));
  };
}
