import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

export interface ConnectionOptions {
  /** `http_proxy`, `https_proxy`, `no_proxy`, in either case. */
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

export function openConnections({ env, perHost }: ConnectionOptions): Connections {
  const proxies = {
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
  const open = (rejectUnauthorized: boolean): Dispatcher => {
    const tls = { rejectUnauthorized };
    const options = {
      connect: { ...tls, timeout: 15_000 },
      connections: Math.max(1, perHost),
      keepAliveTimeout: 10_000,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    };
    if (proxies.httpProxy === '' && proxies.httpsProxy === '') return new Agent(options);
    return new EnvHttpProxyAgent({ ...options, ...proxies, requestTls: tls });
  };
  const verified = open(true);
  const unverified = open(false);
  return {
    verified,
    unverified,
    async close() {
      await Promise.all([verified.destroy(), unverified.destroy()]);
    },
  };
}
