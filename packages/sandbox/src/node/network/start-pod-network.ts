import type { KubeClient } from '../../kube/resources/client.ts';
import { kinds } from '../controllers/controller.ts';
import type { Service } from '../objects.ts';
import { Backends, type LocalPort, servicePods } from './backends.ts';
import { type NodePort, NodePorts } from './node-ports.ts';
import { startAddressRouter } from './start-address-router.ts';
import { startClusterDns } from './start-cluster-dns.ts';

export interface PodNetworkOptions {
  readonly client: KubeClient;
  readonly localPort: LocalPort;
  readonly onProblem: (problem: unknown) => void;
}

/** What leads to the pods: the cluster's DNS, the addresses of Services and pods, and node ports. */
export interface PodNetwork {
  /** Arguments for Node.js with which a program sees the network as a pod of a namespace would. */
  nodeArgs(namespace: string): readonly string[];
  /** Where the Services' node ports are reached. */
  nodePorts(): readonly NodePort[];
  stop(): Promise<void>;
}

export async function startPodNetwork(options: PodNetworkOptions): Promise<PodNetwork> {
  const { client, localPort, onProblem } = options;
  const backends = new Backends(client, localPort);
  const dns = await startClusterDns({
    service: (namespace, name) => client.get({ ...kinds.service, namespace, name }) as Service | undefined,
    pods: (service) => servicePods(client, service),
  });
  const router = await startAddressRouter({ client, backends, localPort });
  const nodePorts = new NodePorts({ client, backends, onProblem });
  return {
    nodeArgs(namespace) {
      const module = new URL('./join-pod-network.ts', import.meta.url);
      module.search = new URLSearchParams({
        dns: dns.server,
        router: String(router.port),
        namespace,
      }).toString();
      return ['--import', module.href];
    },
    nodePorts: () => nodePorts.list(),
    async stop() {
      await Promise.all([nodePorts.stop(), router.stop(), dns.stop()]);
    },
  };
}
