import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { JsonObject } from '@fluxctl/shared/kube-object';

/** A request to the Kubernetes API, with its body as it is sent. */
export interface KubeRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly userAgent?: string;
}

/** Over connections that are kept; knows nothing of what is sent. */
export interface Kube {
  /** @throws {Error} for what the server says no to */
  send(request: KubeRequest): Promise<string>;
  json(request: KubeRequest): Promise<JsonObject>;
  create(path: string, object: JsonObject): Promise<void>;
  mergePatch(path: string, change: JsonObject): Promise<void>;
  /** The events of a watch, until `signal`. */
  watch(
    path: string,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly type: string; readonly object: JsonObject }>;
  close(): void;
}

/** @param connections - at most so many */
export function createKube(
  access: Pick<ClusterAccess, 'server' | 'ca' | 'token'>,
  connections: number,
): Kube {
  const { server, ca, token } = access;
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca });

  const open = (
    {
      method,
      path,
      body,
      contentType = 'application/json',
      accept = 'application/json',
      userAgent = 'bench',
    }: KubeRequest,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = {
        accept,
        authorization: `Bearer ${token}`,
        'user-agent': userAgent,
        ...(body !== undefined && {
          'content-type': contentType,
          'content-length': String(Buffer.byteLength(body)),
        }),
      };
      request(`${server}${path}`, { method, agent, headers, ...(signal && { signal }) }, resolve)
        .on('error', reject)
        .end(body);
    });

  const send = async (sent: KubeRequest): Promise<string> => {
    const answer = await open(sent);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    if ((answer.statusCode ?? 0) < 300) return text;
    throw new Error(`${sent.method} ${sent.path}: ${answer.statusCode} ${text.slice(0, 1_000)}`);
  };

  return {
    send,
    json: async (sent) => JSON.parse(await send(sent)) as JsonObject,
    async create(path, object) {
      await send({ method: 'POST', path, body: JSON.stringify(object) });
    },
    async mergePatch(path, change) {
      const contentType = 'application/merge-patch+json';
      const body = JSON.stringify(change);
      await send({ method: 'PATCH', path: `${path}?fieldManager=somebody`, body, contentType });
    },
    async *watch(path, signal) {
      const answer = await open({ method: 'GET', path }, signal);
      let rest = '';
      for await (const chunk of answer.setEncoding('utf8')) {
        const lines = (rest + String(chunk)).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as { type: string; object: JsonObject };
      }
    },
    close: () => agent.destroy(),
  };
}
