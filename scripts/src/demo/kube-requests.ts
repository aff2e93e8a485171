import { Agent, request } from 'node:https';
import { json } from 'node:stream/consumers';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: Record<'server' | 'certificate-authority-data', string> }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

const tables = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Requests to the sandbox's Kubernetes API, as its kubeconfig (one cluster, one user with a token) says. */
export class KubeRequests {
  readonly #server: string;
  readonly #token: string;
  readonly #agent: Agent;

  /** @param kubeconfig - as read from YAML */
  constructor(kubeconfig: unknown) {
    const { clusters, users } = kubeconfig as Kubeconfig;
    const cluster = clusters[0]?.cluster;
    const token = users[0]?.user.token;
    if (!cluster || token === undefined) throw new Error('this kubeconfig is not the sandbox’s');
    this.#server = cluster.server;
    this.#token = token;
    this.#agent = new Agent({ ca: Buffer.from(cluster['certificate-authority-data'], 'base64') });
  }

  /** @throws {Error} in the server's words unless it answers with success */
  async send(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<unknown> {
    const { status, answer } = await this.#ask(method, path, { body, contentType });
    if (status >= 300) throw new Error(messageOf(answer) ?? `the server answered ${status}`);
    return answer;
  }

  async exists(path: string): Promise<boolean> {
    return (await this.#ask('GET', path)).status === 200;
  }

  /** The object or list at `path` as kubectl prints it. */
  async table(path: string): Promise<unknown> {
    const { status, answer } = await this.#ask('GET', path, { accept: tables });
    if (status >= 300) throw new Error(messageOf(answer) ?? `the server answered ${status}`);
    return answer;
  }

  async #ask(
    method: string,
    path: string,
    {
      body,
      contentType,
      accept = 'application/json',
    }: { body?: unknown; contentType?: string; accept?: string } = {},
  ): Promise<{ readonly status: number; readonly answer: unknown }> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      accept,
      ...(contentType !== undefined && { 'content-type': contentType }),
    };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; answer: unknown }>();
    const call = request(
      `${this.#server}${path}`,
      { method, headers, agent: this.#agent, timeout: 10_000 },
      (response) => {
        json(response).then((answer) => resolve({ status: response.statusCode ?? 0, answer }), reject);
      },
    );
    call.on('timeout', () => call.destroy(new Error('the Kubernetes API does not answer')));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
    return promise;
  }
}

function messageOf(answer: unknown): string | undefined {
  const { message } = answer as { readonly message?: unknown };
  return typeof message === 'string' ? message : undefined;
}
