import { connect } from 'node:net';
import type { SubresourceHandler } from '@fluxctl/sandbox/kube/http/subresource-handlers';
import { type WebSocket, WebSocketServer } from 'ws';

export interface PodPort extends SubresourceHandler {
  /** The pods that were connected to, `NAMESPACE/NAME PORTS`. */
  readonly connected: string[];
}

/**
 * Serves `pods/portforward` as a kubelet does over WebSocket: channel 0 is data, channel 1 errors, each
 * starting with the port's number.
 * @param lead - does something with a connection; by default it leads to a port of this machine
 */
export function podPort(target: number, lead: (socket: WebSocket) => void = leadTo(target)): PodPort {
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
  const connected: string[] = [];
  return {
    connected,
    upgrade({ object, query, request }, socket, head) {
      const { namespace, name } = object.metadata;
      connected.push(`${namespace}/${name} ${query.get('ports')}`);
      server.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.send(frame(0, portNumber));
        webSocket.send(frame(1, portNumber));
        lead(webSocket);
      });
    },
  };
}

/** Says what a kubelet says when nothing listens in the pod. */
export function refuseConnection(webSocket: WebSocket): void {
  webSocket.send(frame(1, Buffer.from('error forwarding port 3030 to pod x: connection refused')));
}

/** Takes the request, and closes without an answer. */
export function closeWithoutAnswer(webSocket: WebSocket): void {
  webSocket.once('message', () => webSocket.close());
}

/** 3030, little-endian. */
const portNumber = Buffer.from([0xd6, 0x0b]);

function leadTo(port: number): (webSocket: WebSocket) => void {
  return (webSocket) => {
    const socket = connect(port, '127.0.0.1');
    webSocket.on('message', (data: Buffer) => socket.write(data.subarray(1)));
    socket.on('data', (data) => webSocket.send(frame(0, data)));
    socket.on('close', () => webSocket.close());
    webSocket.on('close', () => socket.destroy());
  };
}

function frame(channel: number, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), data]);
}
