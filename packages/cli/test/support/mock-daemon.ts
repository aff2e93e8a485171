import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  /** Without the prefix of the API. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the mock answers: JSON with 200, or whatever is spelled out. */
export type MockAnswer =
  | { readonly json: unknown }
  | { readonly status: number; readonly type: string; readonly body: string };

/** By method and path, as `POST /v9/git-repo-config`: answers in turn, the last one again and again. */
export type Script = Readonly<Record<string, readonly MockAnswer[]>>;

export interface MockDaemon extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** Paths that were asked for, `METHOD PATH?QUERY`. */
  asked(path: string): readonly SeenRequest[];
}

const prefix = '/api/flux';
const notFound: MockAnswer = {
  status: 404,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify({ type: 'missing', help: 'no such route', error: 'API endpoint not found' }),
};

/** A daemon that answers what a test says, and is Flux v1's otherwise: other routes do not exist. */
export async function startMockDaemon(script: Script = {}): Promise<MockDaemon> {
  const requests: SeenRequest[] = [];
  const turns = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://mock');
    const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname;
    const method = request.method ?? '';
    requests.push({
      method,
      path,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: await text(request),
    });
    const key = `${method} ${path}`;
    const answers = script[key] ?? [notFound];
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    const answer = answers[Math.min(turn, answers.length - 1)] ?? notFound;
    if ('json' in answer) {
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify(answer.json));
    } else {
      response.writeHead(answer.status, { 'Content-Type': answer.type });
      response.end(answer.body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    port,
    requests,
    asked: (path) => requests.filter((seen) => seen.path === path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
