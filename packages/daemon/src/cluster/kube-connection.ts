import { hash } from 'node:crypto';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { ApiUnreachableError } from './api-error.ts';

/** What a request needs to be let in. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/** Connections to one API server, kept and shared, and the credentials that go with them. */
export interface KubeConnection {
  readonly origin: string;
  /** What stands before each path; empty for most servers. */
  readonly prefix: string;
  /**
   * @param renew - those at hand were refused
   * @throws {ApiUnreachableError} when an auth plugin or a file does not give any
   */
  credentials(renew: boolean): Promise<Credentials>;
  close(): Promise<void>;
}

/** How long what an auth plugin or a token file gave is used before it is asked again, in milliseconds. */
const credentialsKeptMs = 10_000;
const connectTimeoutMs = 15_000;
/**
 * HTTP/2 where the server offers it, as undici does by itself: a thousand writes cost no more processor time
 * than over HTTP/1.1, neither ours nor the API server's, and watches need no connections of their own.
 */
const keptAlive = { keepAliveTimeout: 60_000, keepAliveMaxTimeout: 600_000 };

type TlsOptions = Record<string, unknown>;

/** @throws {UserError} when the kubeconfig's context is of no use */
export function createKubeConnection(config: KubeConfig, now: () => number): KubeConnection {
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new UserError('the kubeconfig names no cluster', { help: 'Check its current context.' });
  }
  const base = new URL(cluster.server);
  let known: { readonly credentials: Promise<Credentials>; readonly at: number } | undefined;
  let connections: { readonly dispatcher: Dispatcher; readonly made: string } | undefined;
  const old = new Set<Dispatcher>();

  /** Certificates are renewed as tokens are; what runs over the connections before may end there. */
  const dispatcherFor = (tls: TlsOptions): Dispatcher => {
    const made = fingerprint(tls);
    if (connections?.made !== made) {
      if (connections) {
        const { dispatcher } = connections;
        old.add(dispatcher);
        void dispatcher.close().finally(() => old.delete(dispatcher));
      }
      connections = { dispatcher: createDispatcher(config, base, tls), made };
    }
    return connections.dispatcher;
  };

  const ask = async (): Promise<Credentials> => {
    const options: TlsOptions & { headers?: Record<string, string>; auth?: string } = {};
    try {
      await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
    } catch (cause) {
      const reason = errorMessage(cause);
      throw new ApiUnreachableError(`no credentials for the Kubernetes API server: ${reason}`, { cause });
    }
    const { auth, headers } = options;
    const basic = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
    return { headers: { ...basic, ...headers }, dispatcher: dispatcherFor(options) };
  };

  return {
    origin: base.origin,
    prefix: base.pathname.replace(/\/+$/, ''),
    credentials(renew) {
      if (renew || known === undefined || now() - known.at > credentialsKeptMs) {
        const asked = { credentials: ask(), at: now() };
        known = asked;
        asked.credentials.catch(() => {
          if (known === asked) known = undefined;
        });
      }
      return known.credentials;
    },
    async close() {
      const all = [...old, ...(connections ? [connections.dispatcher] : [])];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function fingerprint({ ca, cert, key }: TlsOptions): string {
  return [ca, cert, key].map((part) => (Buffer.isBuffer(part) ? hash('sha256', part) : '')).join();
}

/** Connections as the kubeconfig wants them: certificates, server name, a proxy. */
function createDispatcher(config: KubeConfig, base: URL, tls: TlsOptions): Dispatcher {
  const wanted = config.createDispatcherOptions(config.getCurrentCluster(), tls);
  switch (wanted.type) {
    case 'proxy':
      return new ProxyAgent({
        uri: wanted.uri,
        requestTls: wanted.requestTls as buildConnector.BuildOptions,
        connect: wanted.connect as buildConnector.BuildOptions,
        ...keptAlive,
      });
    case 'agent':
      return new Agent({
        connect: { ...(wanted.connect as buildConnector.BuildOptions), timeout: connectTimeoutMs },
        ...keptAlive,
      });
    case 'none':
      return new Agent({ connect: { timeout: connectTimeoutMs }, ...keptAlive });
    case 'socks':
      throw new UserError(`the kubeconfig asks for a SOCKS proxy to reach ${base.origin}`, {
        help: 'fluxd reaches the API server directly or through an HTTP proxy; set proxy-url to one.',
      });
    default:
      return wanted satisfies never;
  }
}
