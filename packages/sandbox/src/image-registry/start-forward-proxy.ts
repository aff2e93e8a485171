import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ForwardProxyOptions {
  /** Where names lead, `{ 'index.docker.io': '127.0.0.1:5000' }`; any port of a name leads there. */
  readonly hosts: Readonly<Record<string, string>>;
  /** `name:password` that clients must show; nothing by default. */
  readonly credentials?: string;
}

/**
 * An HTTP proxy on 127.0.0.1 that leads the names of the world to servers of the sandbox, and nowhere
 * else: for clients that obey `http_proxy` and `https_proxy`.
 */
export interface ForwardProxy extends AsyncDisposable {
  /** For the variables; with the credentials, if there are any. */
  readonly url: string;
  /** What was asked for, in order: `CONNECT index.docker.io:443`, `GET http://…`. */
  readonly requests: readonly string[];
  stop(): Promise<void>;
}

export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()); // one side went away; the other follows below
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const expected = options.credentials && `Basic ${Buffer.from(options.credentials).toString('base64')}`;
  const admit = (incoming: IncomingMessage): boolean => {
    requests.push(`${incoming.method} ${incoming.url}`);
    return expected === undefined || incoming.headers['proxy-authorization'] === expected;
  };
  const find = (name: string) => {
    const [hostname = '', port = ''] = (options.hosts[name] ?? '').split(':');
    return hostname === '' ? undefined : { hostname, port: Number(port) };
  };

  const server = createServer((incoming, response) => {
    if (!admit(incoming)) return refuse(response, 407);
    const url = URL.parse(incoming.url ?? '');
    const target = find(url?.hostname ?? '');
    if (url === null || target === undefined) return refuse(response, 502);
    const { 'proxy-authorization': _secret, 'proxy-connection': _hop, ...headers } = incoming.headers;
    const { method } = incoming;
    const path = `${url.pathname}${url.search}`;
    const outgoing = sendRequest({ ...target, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.once('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('connection', track);
  server.on('connect', (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!admit(incoming)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    const target = find((incoming.url ?? '').split(':')[0] ?? '');
    if (target === undefined) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const upstream = track(
      connect(target.port, target.hostname, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      }),
    );
    upstream.once('close', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const userInfo = options.credentials === undefined ? '' : `${options.credentials}@`;
  return { url: `http://${userInfo}127.0.0.1:${port}`, requests, stop, [Symbol.asyncDispose]: stop };
}

function refuse(response: ServerResponse, status: 407 | 502): void {
  response.writeHead(status, status === 407 ? { 'proxy-authenticate': 'Basic' } : {});
  response.end();
}
