import { crc32 } from 'node:zlib';
import { errorMessage } from '@fluxctl/shared/errors';
import { Client } from 'memjs';
import type { ImageCache } from './image-cache.ts';

export interface MemcachedOptions {
  readonly hostname: string;
  readonly port: number;
  /** Servers are looked up as `_<service>._tcp.<hostname>`; empty: there is one, at the port. */
  readonly service: string;
  readonly timeoutMs: number;
}

export interface MemcachedPorts {
  /** Of a DNS SRV name. */
  readonly resolveSrv: (name: string) => Promise<readonly { readonly name: string; readonly port: number }[]>;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Once when the cache is lost, and once when it is back. */
  readonly onState: (state: 'lost' | 'back', why: string) => void;
  /** After each request; in seconds. */
  readonly onRequest: (method: 'GetKey' | 'SetKey', success: boolean, seconds: number) => void;
}

const lookedUpMs = 60_000;
/** A server that failed is left alone for so long: scans must not wait for it again and again. */
const restMs = 10_000;
const longestKey = 250;

/** The memcached of Flux v1's installation, with its choice of server for each key. */
export function createMemcached(options: MemcachedOptions, ports: MemcachedPorts): ImageCache {
  const clients = new Map<string, Client>();
  let servers: { readonly addresses: readonly string[]; readonly at: number } | undefined;
  let restUntil = 0;
  let lost = false;

  const lookUp = async (): Promise<readonly string[]> => {
    if (options.service === '') return [`${options.hostname}:${options.port}`];
    if (servers && ports.now() - servers.at < lookedUpMs) return servers.addresses;
    const found = await ports.resolveSrv(`_${options.service}._tcp.${options.hostname}`);
    // Sorted, so that every daemon chooses alike.
    const addresses = found.map(({ name, port }) => `${name.replace(/\.$/, '')}:${port}`).sort();
    for (const [address, client] of clients) {
      if (addresses.includes(address)) continue;
      client.close();
      clients.delete(address);
    }
    servers = { addresses, at: ports.now() };
    return addresses;
  };

  const clientFor = async (key: string): Promise<Client> => {
    const addresses = await lookUp();
    const address = addresses.length < 2 ? addresses[0] : addresses[crc32(key) % addresses.length];
    if (address === undefined) throw new Error('no server is announced');
    const known = clients.get(address);
    if (known) return known;
    const seconds = options.timeoutMs / 1000;
    const quiet = { log: () => undefined };
    const client = Client.create(address, {
      timeout: seconds,
      conntimeout: seconds,
      retries: 1,
      logger: quiet,
    });
    clients.set(address, client);
    return client;
  };

  /** Bounded here too: what the library waits for when a server neither answers nor closes is its own. */
  const attempt = async <T>(
    method: 'GetKey' | 'SetKey',
    key: string,
    task: (client: Client) => Promise<T>,
  ): Promise<T | undefined> => {
    if (ports.now() < restUntil || key.length > longestKey) return undefined;
    const started = performance.now();
    let success = false;
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('no answer')), options.timeoutMs * 2);
      });
      const result = await Promise.race([clientFor(key).then(task), late]);
      if (lost) ports.onState('back', '');
      lost = false;
      success = true;
      return result;
    } catch (error) {
      restUntil = ports.now() + restMs;
      if (!lost) ports.onState('lost', errorMessage(error));
      lost = true;
      return undefined;
    } finally {
      clearTimeout(timer);
      ports.onRequest(method, success, (performance.now() - started) / 1000);
    }
  };

  return {
    keeps: true,
    async get(key, signal) {
      signal.throwIfAborted();
      const answer = await attempt('GetKey', key, (client) => client.get(key));
      return answer?.value ?? undefined;
    },
    async set(key, value, expirySeconds, signal) {
      signal.throwIfAborted();
      await attempt('SetKey', key, async (client) => {
        try {
          await client.set(key, value, { expires: Math.round(expirySeconds) });
        } catch (error) {
          // One record that is too large is no reason to leave the server alone.
          if (!/too large/i.test(errorMessage(error))) throw error;
        }
      });
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}
