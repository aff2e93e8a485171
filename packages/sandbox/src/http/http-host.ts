import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificate.ts';

export interface Handlers {
  readonly request: RequestListener;
  /** Of connections that are to speak something else; refused without it. */
  upgrade?(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** HTTP or HTTPS on 127.0.0.1, that can go away and come back on the same port. */
export class HttpHost {
  readonly #certificate: Certificate | undefined;
  readonly #handlers: Handlers;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #connections = 0;

  constructor(certificate: Certificate | undefined, handlers: Handlers) {
    this.#certificate = certificate;
    this.#handlers = handlers;
  }

  get port(): number {
    return this.#port;
  }

  get scheme(): 'http' | 'https' {
    return this.#certificate ? 'https' : 'http';
  }

  /** Connections that were accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  /** @param port - 0 takes a free one, later starts the one it had */
  async start(port = this.#port): Promise<void> {
    const options = { keepAliveTimeout: 90_000 };
    const { request, upgrade } = this.#handlers;
    const server = this.#certificate
      ? createSecureServer({ ...options, ...this.#certificate }, request)
      : createServer(options, request);
    if (upgrade) server.on('upgrade', upgrade);
    server.on('connection', (socket: Socket) => {
      this.#connections += 1;
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
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }
}
