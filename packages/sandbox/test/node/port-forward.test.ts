import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { isReady } from '../../src/node/pods.ts';
import { eventually, type TestNode, testNode, workload } from './test-node.ts';

async function helloPod(test: TestNode): Promise<string> {
  test.client.create(workload('Deployment', 'web', { image: 'hello:1.0.1' }));
  return eventually(() => {
    const [pod] = test.pods();
    expect(pod && isReady(pod)).toBe(true);
    return pod?.metadata.name ?? '';
  });
}

function portForward({ api }: TestNode): PortForward {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig);
  return new PortForward(config);
}

/** A local port that leads to the pod's, as fluxctl makes it. */
async function localPort(forward: PortForward, pod: string, port: number): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    void forward.portForward('default', pod, [port], socket, null, socket).then((webSocket) => {
      if (typeof webSocket !== 'function') webSocket.onclose = () => socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

describe("client-node's port-forward", () => {
  it('reaches a port of a pod, with several requests at once', async () => {
    const test = await testNode();
    const port = await localPort(portForward(test), await helloPod(test), 3000);
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(port, '/')));
    expect(new Set(answers)).toEqual(new Set(['Hello World (v1.0.1)!']));
  });

  it('closes when the pod does not listen there, and says so', async () => {
    const test = await testNode();
    const pod = await helloPod(test);
    const [output, error, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const webSocket = await portForward(test).portForward('default', pod, [4000], output, error, input);
    if (typeof webSocket === 'function') throw new Error('not a WebSocket');
    await eventually(() => expect(webSocket.readyState).toBe(webSocket.CLOSED));
    expect(String(error.read())).toContain('connection refused');
  });

  it('ends the connection to the pod when the client leaves', async () => {
    const test = await testNode();
    const pod = await helloPod(test);
    const port = await localPort(portForward(test), pod, 3000);
    const socket = connect({ host: '127.0.0.1', port });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    expect(await get(port, '/')).toBe('Hello World (v1.0.1)!');
  });

  it('passes large bodies whole', async () => {
    const test = await testNode();
    const pod = await helloPod(test);
    const port = await localPort(portForward(test), pod, 3000);
    const body = Buffer.alloc(3_000_000, 'x');
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    expect(await answer.text()).toBe('Hello World (v1.0.1)!');
  });

  it('ends one direction alone where the protocol can tell it', async () => {
    const test = await testNode();
    const pod = await helloPod(test);
    const { server, token, ca } = test.api;
    const url = `${server.replace('https', 'wss')}/api/v1/namespaces/default/pods/${pod}/portforward?ports=3000`;
    const webSocket = new WebSocket(url, ['v5.channel.k8s.io'], {
      ca,
      headers: { authorization: `Bearer ${token}` },
    });
    const received: Buffer[] = [];
    webSocket.on('message', (data: Buffer) => {
      if (data[0] === 0) received.push(data.subarray(1));
    });
    await once(webSocket, 'open');
    webSocket.send(Buffer.from('\0GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    webSocket.send(Buffer.of(255, 0));
    await once(webSocket, 'close');
    const [port, ...answer] = received;
    expect(port?.readUInt16LE()).toBe(3000);
    expect(Buffer.concat(answer).toString()).toContain('Hello World (v1.0.1)!');
  });

  it('is refused for a client that speaks something else', async () => {
    const test = await testNode();
    const pod = await helloPod(test);
    const { server, token, ca } = test.api;
    const url = `${server.replace('https', 'wss')}/api/v1/namespaces/default/pods/${pod}/portforward?ports=3000`;
    const webSocket = new WebSocket(url, ['v4.base64.channel.k8s.io'], {
      ca,
      headers: { authorization: `Bearer ${token}` },
    });
    const [error] = (await once(webSocket, 'error')) as [Error];
    expect(error.message).toContain('400');
  });

  it('is refused for a pod that is not there', async () => {
    const test = await testNode();
    const [output, input] = [new PassThrough(), new PassThrough()];
    await expect(
      portForward(test).portForward('default', 'none', [80], output, null, input),
    ).rejects.toMatchObject({
      message: expect.stringContaining('404'),
    });
  });
});
