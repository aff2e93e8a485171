import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { get } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ForwardProxy, startForwardProxy } from '../../src/image-registry/start-forward-proxy.ts';
import { type ImageRegistry, startImageRegistry } from '../../src/image-registry/start-image-registry.ts';

const name = 'index.docker.io';
let plain: ImageRegistry;
let secure: ImageRegistry;
let proxy: ForwardProxy;

beforeAll(async () => {
  [plain, secure] = await Promise.all([
    startImageRegistry({ samples: true }),
    startImageRegistry({ samples: true, tls: { names: [name] } }),
  ]);
  proxy = await startForwardProxy({
    hosts: { [name]: secure.host, 'plain.example.com': plain.host },
    credentials: 'sam:secret',
  });
});
afterAll(async () => {
  await proxy?.stop();
  await Promise.all([plain?.stop(), secure?.stop()]);
});

const credentials = `Basic ${Buffer.from('sam:secret').toString('base64')}`;
const connectTo = async (path: string, authorization = credentials): Promise<[IncomingMessage, Socket]> => {
  const { hostname, port } = new URL(proxy.url);
  const headers = { 'proxy-authorization': authorization };
  const [answer, socket] = await once(
    request({ hostname, port, method: 'CONNECT', path, headers }).end(),
    'connect',
  );
  return [answer, socket];
};

it('leads the names of the world to the sandbox, through a tunnel', async () => {
  const [answer, socket] = await connectTo(`${name}:443`);
  expect(answer.statusCode).toBe(200);
  const path = '/v2/wardviaene/docker-nodejs-demo/tags/list';
  const [list] = await once(
    get({ host: name, path, socket, agent: false, ca: secure.ca ?? '', servername: name } as object),
    'response',
  );
  expect(JSON.parse(await text(list))).toMatchObject({ tags: ['1.0.1', '1.0.2'] });
  expect(proxy.requests).toContain(`CONNECT ${name}:443`);
  expect(secure.requests.all({ kind: 'tags' })).toMatchObject([{ host: name }]);
});

it('leads requests for plain HTTP there too', async () => {
  const { hostname, port } = new URL(proxy.url);
  const headers = { host: 'plain.example.com', 'proxy-authorization': credentials };
  const path = 'http://plain.example.com/v2/';
  const [answer] = await once(request({ hostname, port, path, headers }).end(), 'response');
  expect(await text(answer)).toBe('{}\n');
});

it.each([
  {
    because: 'a name that leads nowhere',
    target: 'elsewhere.example.com:443',
    authorization: credentials,
    status: 502,
  },
  { because: 'wrong credentials', target: `${name}:443`, authorization: 'Basic x', status: 407 },
])('refuses $because', async ({ target, authorization, status }) => {
  const [answer, socket] = await connectTo(target, authorization);
  socket.destroy();
  expect(answer.statusCode).toBe(status);
});
