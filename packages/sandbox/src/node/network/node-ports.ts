import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { KubeClient } from '../../kube/resources/client.ts';
import { kinds } from '../controllers/controller.ts';
import type { Service, ServicePort } from '../objects.ts';
import type { Backends } from './backends.ts';

/** A node port and where it is reached in reality. */
export interface NodePort {
  readonly namespace: string;
  readonly service: string;
  /** What the Service says, 30000 to 32767. */
  readonly nodePort: number;
  /** On 127.0.0.1: the same number, unless something else on this machine has it. */
  readonly port: number;
}

export interface NodePortsOptions {
  readonly client: KubeClient;
  readonly backends: Backends;
  readonly onProblem: (problem: unknown) => void;
}

interface Opening {
  readonly info: Omit<NodePort, 'port'>;
  readonly server: Server;
  readonly sockets: Set<Socket>;
}

/** Listens on 127.0.0.1 for every node port of every Service and passes connections on to ready pods. */
export class NodePorts {
  readonly #options: NodePortsOptions;
  readonly #openings = new Map<string, Opening>();
  readonly #unwatch: () => void;

  constructor(options: NodePortsOptions) {
    this.#options = options;
    this.#unwatch = options.client.watch(kinds.service, ({ type, object }) =>
      this.#follow(object, type === 'DELETED'),
    );
  }

  /** Those that are open. */
  list(): readonly NodePort[] {
    return [...this.#openings.values()].flatMap(({ info, server }) => {
      const address = server.address() as AddressInfo | null;
      return address ? [{ ...info, port: address.port }] : [];
    });
  }

  async stop(): Promise<void> {
    this.#unwatch();
    await Promise.all([...this.#openings.keys()].map((key) => this.#close(key)));
  }

  #follow(object: KubeObject, isGone: boolean): void {
    const service = object as Service;
    const { namespace = 'default', name } = service.metadata;
    const keyOf = (nodePort: number): string => `${namespace}/${name} ${nodePort}`;
    const wanted = isGone ? [] : (service.spec.ports ?? []).filter(isOpen);
    const keys = new Set(wanted.map(({ nodePort }) => keyOf(nodePort)));
    for (const key of this.#openings.keys()) {
      if (key.startsWith(`${namespace}/${name} `) && !keys.has(key)) void this.#close(key);
    }
    for (const { nodePort } of wanted) {
      if (this.#openings.has(keyOf(nodePort))) continue;
      this.#open(keyOf(nodePort), { namespace, service: name, nodePort });
    }
  }

  #open(key: string, info: Omit<NodePort, 'port'>): void {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      this.#passOn(socket, info);
    });
    this.#openings.set(key, { info, server, sockets });
    server.once('error', () => {
      // Somebody else has the number: any other one will do.
      server.once('error', this.#options.onProblem);
      server.listen(0, '127.0.0.1');
    });
    server.listen(info.nodePort, '127.0.0.1');
  }

  #passOn(socket: Socket, { namespace, service: name, nodePort }: Omit<NodePort, 'port'>): void {
    socket.on('error', () => {}); // the client went away; `close` follows
    const port = this.#backend(namespace, name, nodePort);
    if (port === undefined) {
      socket.destroy();
      return;
    }
    const backend = connect({ host: '127.0.0.1', port });
    backend.on('error', () => socket.destroy());
    backend.on('close', () => socket.destroy());
    socket.on('close', () => backend.destroy());
    socket.pipe(backend).pipe(socket);
  }

  #backend(namespace: string, name: string, nodePort: number): number | undefined {
    const { client, backends } = this.#options;
    const service = client.get({ ...kinds.service, namespace, name }) as Service | undefined;
    const port = service?.spec.ports?.find((candidate) => candidate.nodePort === nodePort);
    return service && port && backends.next(service, port);
  }

  async #close(key: string): Promise<void> {
    const opening = this.#openings.get(key);
    if (opening === undefined) return;
    this.#openings.delete(key);
    for (const socket of opening.sockets) socket.destroy();
    await new Promise<void>((resolve) => opening.server.close(() => resolve()));
  }
}

function isOpen(port: ServicePort): port is ServicePort & { nodePort: number } {
  return port.nodePort !== undefined && port.nodePort > 0 && (port.protocol ?? 'TCP') === 'TCP';
}
