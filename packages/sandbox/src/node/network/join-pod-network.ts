/**
 * What makes a Node.js process see the network that its pod would have, without privileges: to be imported
 * before the program (`node --import`). Names are looked for in the cluster's DNS first, as in a pod by
 * its `/etc/resolv.conf`; a connection to an address of the cluster goes where the node's router says, as
 * on a real node by kube-proxy's rules. The address of this module says where both are and whose pod it is:
 * `?dns=127.0.0.1:53535&router=40123&namespace=flux`.
 */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { BlockList, connect, isIP } from 'node:net';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { searchDomains } from './resolv-conf.ts';

const given = new URL(import.meta.url).searchParams;
const domains = searchDomains(given.get('namespace') ?? '');
const router = Number(given.get('router'));

dns.setServers([given.get('dns') ?? '']);

type Told = (error: Error | null, address?: string | dns.LookupAddress[], family?: number) => void;
type Lookup = (name: string, options: dns.LookupOptions | number, told: Told) => void;
const lookUpElsewhere = dns.lookup as Lookup;

function lookUp(name: string, options: dns.LookupOptions | number, told: Told): void {
  const { all = false, family = 0 } = typeof options === 'number' ? { family: options } : options;
  const isForDns = isIP(name) === 0 && family !== 6 && family !== 'IPv6';
  const inTurn = ([first, ...others]: readonly string[]): void => {
    if (first === undefined) {
      lookUpElsewhere(name, options, told);
      return;
    }
    dns.resolve4(first, (error, addresses) => {
      if (error) inTurn(others);
      else if (all) told(null, asEntries(addresses));
      else told(null, addresses[0], 4);
    });
  };
  inTurn(isForDns ? [...domains.map((domain) => `${name}.${domain}`), name] : []);
}

function asEntries(addresses: readonly string[]): dns.LookupAddress[] {
  return addresses.map((address) => ({ address, family: 4 }));
}

dns.lookup = ((name: string, ...rest: [Told] | [dns.LookupOptions | number, Told]) =>
  rest.length === 1 ? lookUp(name, {}, rest[0]) : lookUp(name, ...rest)) as typeof dns.lookup;
syncBuiltinESMExports();

/** What is below every TCP socket of Node.js, one of its inner parts: where a connection begins, by address. */
interface TcpHandle {
  /** @returns 0, or the error's number; the end is told to the request */
  connect(request: ConnectRequest, address: string, port: number): number;
  close(closed?: () => void): void;
}
interface ConnectRequest {
  oncomplete(
    status: number,
    handle: TcpHandle,
    request: ConnectRequest,
    readable: boolean,
    writable: boolean,
  ): void;
}
const inner = process as unknown as {
  binding(name: 'tcp_wrap'): { readonly TCP: { readonly prototype: TcpHandle } };
};
const tcp = inner.binding('tcp_wrap').TCP.prototype;
const begin = tcp.connect;

/** Addresses of Services and of pods, as the API and the kubelet give them out. */
const cluster = new BlockList();
cluster.addSubnet('10.0.0.0', 14);
cluster.addSubnet('10.244.0.0', 16);

tcp.connect = function beginInCluster(request, address, port) {
  if (!cluster.check(address)) return begin.call(this, request, address, port);
  const { close } = this;
  let isClosed = false;
  this.close = (closed) => {
    isClosed = true;
    close.call(this, closed);
  };
  const fail = (): void => request.oncomplete(-constants.errno.ECONNREFUSED, this, request, false, false);
  askRouter(`${address}:${port}`).then((answer) => {
    if (isClosed) return;
    const local = Number(answer);
    if (local === 0) return fail();
    const status = begin.call(this, request, '127.0.0.1', local);
    if (status !== 0) request.oncomplete(status, this, request, false, false);
  }, fail);
  return 0;
};

function askRouter(question: string): Promise<string> {
  return text(connect({ host: '127.0.0.1', port: router }).end(question));
}
