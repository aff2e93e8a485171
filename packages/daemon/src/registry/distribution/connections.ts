import { UserError } from '@fluxctl/shared/errors';
import { Agent, Dispatcher, ProxyAgent } from 'undici';
import { parseNoProxy } from './no-proxy.ts';

export interface ConnectionOptions {
  /** `http_proxy` for HTTP, `https_proxy` for HTTPS, `no_proxy`, in either case. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Connections to one host. */
  readonly perHost: number;
}

/** Connections to all registries, kept and shared. */
export interface Connections {
  readonly verified: Dispatcher;
  /** For hosts of `--registry-insecure-host`: any certificate will do. */
  readonly unverified: Dispatcher;
  close(): Promise<void>;
}

export function openConnections(options: ConnectionOptions): Connections {
  const verified = new RoutedDispatcher(options, true);
  const unverified = new RoutedDispatcher(options, false);
  return {
    verified,
    unverified,
    async close() {
      await Promise.all([verified.destroy(), unverified.destroy()]);
    },
  };
}

/** Goes to each address directly, or through the proxy that the environment names for it. */
class RoutedDispatcher extends Dispatcher {
  readonly #direct: Agent;
  readonly #open: (uri: string, tunnel: boolean) => ProxyAgent;
  readonly #proxies = new Map<string, ProxyAgent>();
  readonly #goesDirectly: (url: URL) => boolean;
  readonly #env: ConnectionOptions['env'];

  constructor({ env, perHost }: ConnectionOptions, rejectUnauthorized: boolean) {
    super();
    const tls = { rejectUnauthorized };
    const options = {
      connections: Math.max(1, perHost),
      keepAliveTimeout: 10_000,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    };
    this.#env = env;
    this.#goesDirectly = parseNoProxy(variable(env, 'no_proxy'));
    this.#direct = new Agent({ ...options, connect: { ...tls, timeout: 15_000 } });
    this.#open = (uri, proxyTunnel) => new ProxyAgent({ ...options, uri, proxyTunnel, requestTls: tls });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#routeTo(new URL(String(options.origin))).dispatch(options, handler);
  }

  override async destroy(): Promise<void> {
    await Promise.all([this.#direct, ...this.#proxies.values()].map((each) => each.destroy()));
  }

  /** @throws {UserError} when the variable's value is no address; it may hold a password, which is not told */
  #routeTo(url: URL): Dispatcher {
    const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
    const value = variable(this.#env, name);
    if (value === '' || this.#goesDirectly(url)) return this.#direct;
    const known = this.#proxies.get(name);
    if (known) return known;
    const uri = value.includes('://') ? value : `http://${value}`;
    if (!/^https?:/.test(uri) || !URL.canParse(uri)) {
      throw new UserError(`the proxy in ${name} has no usable address`, {
        help: `Set ${name} to http://HOST:PORT, or name the registry in no_proxy.`,
      });
    }
    // Plain requests are handed to the proxy: many let tunnels through to port 443 only.
    const opened = this.#open(uri, name === 'https_proxy');
    this.#proxies.set(name, opened);
    return opened;
  }
}

function variable(env: ConnectionOptions['env'], name: string): string {
  return env[name] ?? env[name.toUpperCase()] ?? '';
}
