import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from '../kube/access/certificate.ts';

/** HTTP or HTTPS on 127.0.0.1, that can go away and come back on the same port. */
export class HttpHost {
  readonly #certificate: Certificate | undefined;
  readonly #listener: RequestListener;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;
  #connections = 0;

  constructor(certificate: Certificate | undefined, listener: RequestListener) {
    this.#certificate = certificate;
    this.#listener = listener;
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
    const server = this.#certificate
      ? createSecureServer({ ...options, ...this.#certificate }, this.#listener)
      : createServer(options, this.#listener);
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
