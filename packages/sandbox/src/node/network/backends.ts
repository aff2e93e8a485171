import type { KubeClient } from '../../kube/resources/client.ts';
import { kinds } from '../controllers/controller.ts';
import { targetPort } from '../controllers/endpoints.ts';
import type { Pod, Service, ServicePort } from '../objects.ts';
import { isFinished, isReady, isTerminating } from '../pods.ts';
import { hasLabels } from '../selectors.ts';

/** Where a port of a pod is on 127.0.0.1; undefined while nothing listens there. */
export type LocalPort = (pod: Pod, containerPort: number) => number | undefined;

/** The pods to which a Service leads now: the ready ones, or all if it says so. */
export function servicePods(client: KubeClient, { metadata, spec }: Service): readonly Pod[] {
  const pods = client.list(kinds.pod, { namespace: metadata.namespace ?? 'default' }) as readonly Pod[];
  return pods.filter(
    (pod) =>
      hasLabels(pod.metadata.labels, spec.selector) &&
      (isReady(pod) || spec.publishNotReadyAddresses === true) &&
      !isFinished(pod) &&
      !isTerminating(pod),
  );
}

/** Chooses among the pods behind a Service: they take turns. */
export class Backends {
  readonly #client: KubeClient;
  readonly #localPort: LocalPort;
  #turn = 0;

  constructor(client: KubeClient, localPort: LocalPort) {
    this.#client = client;
    this.#localPort = localPort;
  }

  /** Where on 127.0.0.1 the next connection to a port of a Service goes; undefined when nobody would answer. */
  next(service: Service, port: ServicePort): number | undefined {
    const ports = servicePods(this.#client, service).flatMap((pod) => {
      const target = targetPort(port, pod);
      return (target === undefined ? undefined : this.#localPort(pod, target)) ?? [];
    });
    this.#turn += 1;
    return ports[this.#turn % Math.max(1, ports.length)];
  }
}
