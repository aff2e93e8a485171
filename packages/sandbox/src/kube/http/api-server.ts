import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from '../access/certificate.ts';

export interface Handlers {
  request(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** HTTPS on loopback, that can go away and come back on the same port. */
export class ApiServer {
  readonly #certificate: Certificate;
  readonly #handlers: Handlers;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(certificate: Certificate, handlers: Handlers) {
    this.#certificate = certificate;
    this.#handlers = handlers;
  }

  get port(): number {
    return this.#port;
  }

  /** @param port - 0 takes a free one, later starts the one it had */
  async start(port = this.#port): Promise<void> {
    const { cert, key } = this.#certificate;
    const server = createServer({ cert, key, keepAliveTimeout: 90_000 }, this.#handlers.request);
    server.on('upgrade', this.#handlers.upgrade);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
    await promise;
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends it at once: open connections are cut. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    this.cutConnections();
    await promise;
  }

  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
