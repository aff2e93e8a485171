import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { expect, it } from 'vitest';
import { askWhole } from './whole-answer.ts';

/** Asks a server once, over connections of its own. */
async function ask(listener: RequestListener, signal = new AbortController().signal) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent();
  try {
    const options = {
      origin: `http://127.0.0.1:${port}`,
      path: '/x?a=b',
      method: 'PATCH',
      body: 'ä',
    } as const;
    return await askWhole(agent, options, signal);
  } finally {
    await agent.destroy();
    server.closeAllConnections();
    server.close();
  }
}

it('has the whole answer, whatever pieces it comes in', async () => {
  const answer = await ask((request, response) => {
    response.writeProcessing();
    request.setEncoding('utf8').once('data', (sent: string) => {
      response.writeHead(201, { warning: 'w' });
      const bytes = Buffer.from(`${request.method} ${request.url} ${sent}`);
      response.write(bytes.subarray(0, -1));
      setImmediate(() => response.end(bytes.subarray(-1)));
    });
  });
  expect(answer).toMatchObject({ statusCode: 201, headers: { warning: 'w' }, text: 'PATCH /x?a=b ä' });
});

it('rejects when the answer is cut off', async () => {
  const cut = ask((_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('abc', () => response.destroy());
  });
  await expect(cut).rejects.toThrow();
});

it.each(['before', 'while'])('rejects with what aborted it %s it waits', async (when) => {
  const stop = new AbortController();
  const reason = new Error('stopped');
  if (when === 'before') stop.abort(reason);
  const waiting = ask(() => stop.abort(reason), stop.signal);
  await expect(waiting).rejects.toBe(reason);
});
