import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ClusterAccess } from '@fluxctl/sandbox/cluster-access';

export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
}

/** What becomes of a request instead of being passed on. */
export type Fault =
  | {
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      /** In seconds. */
      readonly retryAfter?: number;
    }
  /** The connection ends; `after` when the API server has carried the request out. */
  | { readonly cut: 'before' | 'after' }
  /** It is passed on only then. */
  | { readonly heldUntil: Promise<void> };

/** Stands between the daemon and an API server, whichever: counts, and does harm. */
export interface FaultProxy {
  /** `http://127.0.0.1:PORT`. */
  readonly server: string;
  readonly requests: SeenRequest[];
  /** Asked for each request. */
  fault: (request: SeenRequest) => Fault | undefined;
  /** Answers discovery as Kubernetes did before 1.26: group by group. */
  isOld: boolean;
  /** Cuts all open watches. @returns how many */
  cutWatches(): number;
  stop(): Promise<void>;
}

export async function startFaultProxy(access: ClusterAccess): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true, ca: access.ca });
  const watches = new Set<ServerResponse>();
  const requests: SeenRequest[] = [];

  const passOn = (incoming: IncomingMessage, response: ServerResponse, isCut: boolean): void => {
    const isDiscovery = /^\/apis?$/.test(incoming.url ?? '');
    const accept = proxy.isOld && isDiscovery ? { accept: 'application/json' } : {};
    const headers = { ...incoming.headers, ...accept, host: new URL(access.server).host };
    const options = { method: incoming.method, headers, agent };
    const outgoing = request(`${access.server}${incoming.url}`, options, (answer) => {
      if (isCut) {
        answer.resume().once('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      if (incoming.url?.includes('watch=true')) watches.add(response);
      response.once('close', () => {
        watches.delete(response);
        answer.destroy();
      });
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    outgoing.once('error', () => response.destroy());
    incoming.pipe(outgoing);
  };

  const listener: RequestListener = (incoming, response) => {
    const seen = { method: incoming.method ?? '', url: incoming.url ?? '' };
    requests.push(seen);
    const fault = proxy.fault(seen);
    if (!fault) return passOn(incoming, response, false);
    if ('heldUntil' in fault) return void fault.heldUntil.then(() => passOn(incoming, response, false));
    if ('cut' in fault) {
      if (fault.cut === 'after') passOn(incoming, response, true);
      else response.destroy();
      return;
    }
    const { status, reason = '', message = `answered ${status}`, retryAfter } = fault;
    incoming.resume();
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    });
    response.end(
      JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code: status }),
    );
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const proxy: FaultProxy = {
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    fault: () => undefined,
    isOld: false,
    cutWatches() {
      const all = [...watches];
      for (const watch of all) watch.destroy();
      return all.length;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
  return proxy;
}
