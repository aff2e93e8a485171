import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import type { KubeClient } from '../../kube/resources/client.ts';
import { kinds } from '../controllers/controller.ts';
import type { Pod, Service } from '../objects.ts';
import { isFinished } from '../pods.ts';
import type { Backends, LocalPort } from './backends.ts';

export interface AddressRouter {
  /** On 127.0.0.1. Answers `10.0.0.7:80` with the port on 127.0.0.1 to which that leads, or with nothing. */
  readonly port: number;
  stop(): Promise<void>;
}

export interface AddressRouterOptions {
  readonly client: KubeClient;
  readonly backends: Backends;
  readonly localPort: LocalPort;
}

/** Tells where the addresses of Services and pods lead in reality: what kube-proxy's rules do on a real node. */
export async function startAddressRouter(options: AddressRouterOptions): Promise<AddressRouter> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const refuse = (): void => void socket.destroy();
    socket.on('error', refuse); // who asked went away
    text(socket).then((question) => {
      const [address = '', port = ''] = question.split(':');
      socket.end(String(routeTo(address, Number(port), options) ?? ''));
    }, refuse);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function routeTo(
  address: string,
  port: number,
  { client, backends, localPort }: AddressRouterOptions,
): number | undefined {
  const services = client.list(kinds.service) as readonly Service[];
  const service = services.find(({ spec }) => spec.clusterIP === address);
  if (service !== undefined) {
    const found = service.spec.ports?.find((one) => one.port === port && (one.protocol ?? 'TCP') === 'TCP');
    return found && backends.next(service, found);
  }
  const pods = client.list(kinds.pod) as readonly Pod[];
  const pod = pods.find((one) => one.status?.podIP === address && !isFinished(one));
  return pod && localPort(pod, port);
}
