import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { errorMessage, ServerError } from '@fluxctl/shared/errors';
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import type { PodRef } from './find-daemon.ts';

export interface PortForwarding {
  /** The port on 127.0.0.1 that leads to the pod. */
  readonly port: number;
  /** Aborted, with the reason, when the way to the pod turns out to be closed. */
  readonly broken: AbortSignal;
  close(): void;
}

/**
 * Listens on a free port of 127.0.0.1, and leads each connection to a port of the pod, through a
 * WebSocket of its own to the Kubernetes API.
 */
export async function forwardPort(config: KubeConfig, pod: PodRef, podPort: number): Promise<PortForwarding> {
  const broken = new AbortController();
  const sockets = new Set<Socket>();
  const breakWith = (message: string, cause?: unknown): void => {
    broken.abort(new ServerError(message, { cause }));
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    // Whoever asked sees the end of the connection; the error has nothing to add.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    leadToPod(config, pod, podPort, socket, (text) =>
      breakWith(`Could not port forward into pod: ${text}`),
    ).catch((cause: unknown) => breakWith(`Could not port forward into pod: ${reasonOf(cause)}`, cause));
  });
  const port = await listen(server);
  return {
    port,
    broken: broken.signal,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** @param refused - is told the kubelet's words when nothing listens in the pod */
async function leadToPod(
  config: KubeConfig,
  pod: PodRef,
  podPort: number,
  socket: Socket,
  refused: (text: string) => void,
): Promise<void> {
  const errors = new PassThrough();
  errors.on('data', (chunk: Buffer) => refused(chunk.toString().trim()));
  const webSocket = await connectPod(config, pod, podPort, socket, errors);
  // The library leaves the socket open when the other side closes: a request would hang.
  webSocket.addEventListener('close', () => socket.end());
  socket.on('close', () => webSocket.close());
  if (socket.destroyed) webSocket.close();
}

async function connectPod(
  config: KubeConfig,
  { namespace, name }: PodRef,
  podPort: number,
  socket: Socket,
  errors: PassThrough,
) {
  const forward = new PortForward(config);
  const webSocket = await forward.portForward(namespace, name, [podPort], socket, errors, socket);
  if (typeof webSocket === 'function') throw new Error('a port-forward without retries is one WebSocket');
  return webSocket;
}

async function listen(server: Server): Promise<number> {
  try {
    return await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        if (typeof address === 'object' && address !== null) resolve(address.port);
      });
    });
  } catch (cause) {
    throw new ServerError(`Could not find a port to bind to: ${errorMessage(cause)}`, { cause });
  }
}

/** A failed WebSocket is told as an event with a message. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  const { message } = (cause ?? {}) as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(cause);
}
