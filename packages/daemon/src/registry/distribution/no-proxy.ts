import { BlockList, isIP } from 'node:net';

/**
 * Which addresses are asked directly, as programs in Go read `no_proxy`, Flux v1 among them: names with
 * all that is below them, `.example.com` for what is below only, addresses, ranges as `10.0.0.0/8`, each with
 * or without a port; `*` for all.
 */
export function parseNoProxy(text: string): (url: URL) => boolean {
  const rules = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map(ruleOf);
  return (url) => {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
    const port = url.port || (url.protocol === 'https:' ? '443' : '80');
    return isLoopback(host) || rules.some((applies) => applies(host, port));
  };
}

type Rule = (host: string, port: string) => boolean;

function ruleOf(entry: string): Rule {
  if (entry === '*') return () => true;
  const range = /^([0-9a-f.:]+)\/(\d+)$/.exec(entry);
  if (range) return rangeRule(range[1] ?? '', Number(range[2]));
  const [, bracketed, plain = entry, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  const name = (bracketed ?? plain).replace(/^\*(?=\.)/, '');
  const isName = isIP(name) === 0;
  return (host, hostPort) => {
    if (port !== undefined && port !== hostPort) return false;
    if (name.startsWith('.')) return host.endsWith(name);
    return host === name || (isName && host.endsWith(`.${name}`));
  };
}

function rangeRule(network: string, bits: number): Rule {
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    list.addSubnet(network, bits, family);
  } catch {
    return () => false; // no range, whatever it was meant to be
  }
  return (host) => isIP(host) !== 0 && list.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/** Go never sends these through a proxy. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
