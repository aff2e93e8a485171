import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

/** Whom `--api-trust` lets in without a token. */
export const trustLevels = ['none', 'loopback', 'all'] as const;
export type Trust = (typeof trustLevels)[number];

export interface Caller {
  readonly remoteAddress: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly authorization: string | undefined;
  /** The route answers everybody. */
  readonly open: boolean;
}

export interface TrustRules {
  readonly trust: Trust;
  /** Any of these lets a caller in. */
  tokens(): readonly string[];
  /** The daemon's own namespace, by which its Service is called: `flux.NAMESPACE`. */
  readonly namespace: string;
}

export type Verdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly status: 401 | 403; readonly reason: string; readonly help: string };

/**
 * Who may use the API. A port-forward looks like loopback, so loopback is trusted; a web page in the
 * developer's browser could reach that port-forward too, so what browsers send is looked at: a page
 * cannot hide its `Origin`, and a name that somebody else's DNS points at us shows in `Host`.
 */
export function judge(caller: Caller, rules: TrustRules): Verdict {
  if (caller.origin !== undefined && !isOwnOrigin(caller.origin, caller.host)) {
    return forbidden('requests from other web pages are refused', `Origin: ${caller.origin}`);
  }
  if (caller.open) return { allowed: true };
  if (showsToken(caller.authorization, rules.tokens())) return { allowed: true };
  const trusted = rules.trust === 'all' || (rules.trust === 'loopback' && isLoopback(caller.remoteAddress));
  if (!trusted) {
    return {
      allowed: false,
      status: 401,
      reason: 'a token is needed',
      help: `The API answers callers from the pod itself (which is what a port-forward looks like) and
callers who show a token from --api-token-file: fluxctl --token, or the header "Authorization: Bearer TOKEN".
`,
    };
  }
  if (!isLocalName(caller.host, rules.namespace)) {
    return forbidden('this host name is not known here', `Host: ${caller.host ?? ''}`);
  }
  return { allowed: true };
}

function forbidden(reason: string, header: string): Verdict {
  return {
    allowed: false,
    status: 403,
    reason,
    help: `The request was refused because of its header "${header}": it may come from a web page that
tries to use the API behind your back. Callers who show a token may use any host name.
`,
  };
}

/** `Bearer T`, or `Scope-Probe token=T` as Flux v1's fluxctl sends it. */
function showsToken(authorization: string | undefined, tokens: readonly string[]): boolean {
  const shown = /^(?:Bearer\s+|Scope-Probe\s+token=)(\S+)\s*$/i.exec(authorization ?? '')?.[1];
  if (shown === undefined) return false;
  const digest = sha256(shown);
  return tokens.some((token) => timingSafeEqual(sha256(token), digest));
}

/** Hashed, so that lengths are equal and the time tells nothing. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** Names that no foreign DNS server can give out: addresses, localhost, and names inside the cluster. */
function isLocalName(host: string | undefined, namespace: string): boolean {
  const name = hostName(host ?? '');
  if (name === undefined) return false;
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true;
  const labels = name.split('.');
  if (labels.length === 1) return true;
  if (labels.length === 2 && labels[1] === namespace) return true;
  return labels.at(-1) === 'svc' || name.endsWith('.cluster.local');
}

function hostName(host: string): string | undefined {
  const bracketed = /^\[([0-9a-fA-F:.]+)\](?::\d+)?$/.exec(host);
  if (bracketed) return bracketed[1];
  return /^([A-Za-z0-9._-]+)(?::\d+)?$/.exec(host)?.[1]?.toLowerCase();
}
