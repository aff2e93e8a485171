import { connect, type Socket } from 'node:net';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { ApiError } from '../../kube/api-error.ts';
import type { SubresourceHandler } from '../../kube/http/subresource-handlers.ts';
import type { PodRun } from './pod-run.ts';

/** Of the protocols in which channels are marked by their first byte; a real API server has only the first. */
const protocols = ['v4.channel.k8s.io', 'v5.channel.k8s.io'];
/** In v5: the channel on which the end of another one is told. */
const closeChannel = 255;

/**
 * Serves `pods/portforward` over WebSocket. Every asked-for port has two channels, data and error,
 * which begin with the port's number in two bytes.
 */
export function portForwardHandler(podOf: (uid: string) => PodRun | undefined): SubresourceHandler {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
  });
  return {
    upgrade({ object, query, request }, socket, head) {
      const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number));
      if (ports.length === 0 || ports.some((port) => !Number.isInteger(port) || port < 1 || port > 65_535)) {
        throw new ApiError(400, 'BadRequest', 'query parameter "ports" is required');
      }
      const offered = request.headers['sec-websocket-protocol'] ?? '';
      if (!protocols.some((protocol) => offered.split(/,\s*/).includes(protocol))) {
        throw new ApiError(
          400,
          'BadRequest',
          `unable to upgrade: no known protocol among ${JSON.stringify(offered)}`,
        );
      }
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const { uid = '' } = object.metadata;
        forward(webSocket, ports, (port) => podOf(uid)?.port(port));
      });
    },
  };
}

function forward(
  webSocket: WebSocket,
  ports: readonly number[],
  localPort: (port: number) => number | undefined,
): void {
  const sockets = new Map<number, Socket>();
  let open = ports.length;
  const send = (channel: number, data: Buffer, done?: () => void): void =>
    webSocket.send(Buffer.concat([Buffer.of(channel), data]), () => done?.());
  const closed = (): void => {
    open -= 1;
    if (open === 0) webSocket.close(1000);
  };
  ports.forEach((port, index) => {
    const [data, error] = [index * 2, index * 2 + 1];
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    send(data, number);
    send(error, number);
    const local = localPort(port);
    const refuse = (reason: string): void => {
      send(error, Buffer.from(`error forwarding port ${port} to the pod: ${reason}`));
    };
    if (local === undefined) {
      refuse(`dial tcp4 127.0.0.1:${port}: connect: connection refused`);
      closed();
      return;
    }
    const socket = connect({ host: '127.0.0.1', port: local, allowHalfOpen: true });
    sockets.set(data, socket);
    socket.on('data', (chunk) => {
      socket.pause();
      send(data, chunk, () => socket.resume());
    });
    socket.on('error', ({ message }) => refuse(message));
    // What the pod has sent is on its way; it will not take more.
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      webSocket.resume(); // it may have waited for this socket
      closed();
    });
  });
  webSocket.on('message', (message: RawData) => {
    const bytes = asBuffer(message);
    const [channel = 0] = bytes;
    const socket = sockets.get(channel === closeChannel ? (bytes[1] ?? 0) : channel);
    if (channel === closeChannel) socket?.end();
    else if (socket?.write(bytes.subarray(1)) === false) {
      webSocket.pause();
      socket.once('drain', () => webSocket.resume());
    }
  });
  webSocket.on('error', () => {}); // the client went away; `close` follows
  webSocket.on('close', () => {
    for (const socket of sockets.values()) socket.destroy();
  });
}

function asBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
