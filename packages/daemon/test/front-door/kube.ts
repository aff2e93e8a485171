import { request } from 'node:https';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';
import type { JsonObject } from '@fluxctl/shared/kube-object';

/** A small client of the Kubernetes API for tests: what an administrator would do by hand. */
export interface Kube {
  /** Undefined when there is no such object. */
  get(path: string): Promise<JsonObject | undefined>;
  create(path: string, object: JsonObject): Promise<JsonObject>;
  /** A merge patch, under a manager of its own. */
  patch(path: string, change: JsonObject, manager?: string): Promise<void>;
  remove(path: string): Promise<void>;
}

export function kubeOf({ server, ca, token }: ClusterAccess): Kube {
  const send = (method: string, path: string, body?: unknown, type = 'application/json') =>
    new Promise<{ status: number; json: JsonObject }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': type };
      const sent = request(`${server}${path}`, { method, ca, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            json: text.startsWith('{') ? JSON.parse(text) : { text },
          });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const demand = async (...args: Parameters<typeof send>): Promise<JsonObject> => {
    const { status, json } = await send(...args);
    if (status >= 300) throw new Error(`${args[0]} ${args[1]}: ${status} ${JSON.stringify(json)}`);
    return json;
  };
  return {
    async get(path) {
      const { status, json } = await send('GET', path);
      if (status === 404) return undefined;
      if (status >= 300) throw new Error(`GET ${path}: ${status} ${JSON.stringify(json)}`);
      return json;
    },
    create: (path, object) => demand('POST', path, object),
    async patch(path, change, manager = 'somebody') {
      await demand('PATCH', `${path}?fieldManager=${manager}`, change, 'application/merge-patch+json');
    },
    async remove(path) {
      await demand('DELETE', path);
    },
  };
}
