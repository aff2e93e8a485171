/**
 * Git URLs as Flux v1 reads and writes them. The safe form goes into logs, the API and the name of
 * the sync set, so its spelling must stay v1's to the byte: it is what Go's `net/url` prints.
 */
export interface GitUrl {
  readonly scheme: string;
  /** Decoded; undefined when the URL names no user. */
  readonly user: string | undefined;
  /** With its port, as written. */
  readonly host: string;
  /** Decoded. */
  readonly path: string;
  /** As written, where that is a valid spelling of `path`. */
  readonly rawPath: string;
  /** With its `?`; empty when there is none. */
  readonly query: string;
  /** Decoded, without its `#`. */
  readonly fragment: string;
}

const transports = ['ssh', 'git', 'git+ssh', 'http', 'https', 'ftp', 'ftps', 'rsync', 'file'];
const scpForm = /^(?:([a-zA-Z0-9_]+)@)?([a-zA-Z0-9._-]+):(.*)$/s;

/**
 * Reads a URL, an scp-like `[user@]host:path` or a local path; whatever it is, the password is dropped.
 * A URL that is badly encoded loses what stands where a password would be, and is read again.
 */
export function parseGitUrl(text: string): GitUrl {
  const bare = dropPassword(text);
  return parseTransport(bare) ?? parseScp(bare) ?? local(bare);
}

/** The URL without its password: `git@github.com:a/b` is `ssh://git@github.com/a/b`. */
export function safeGitUrl(text: string): string {
  const url = parseGitUrl(text);
  const nothing = url.user === undefined && url.host === '' && url.path === '';
  const user = url.user === undefined ? '' : `${escapeUser(url.user)}@`;
  const path = url.rawPath;
  const slash = path !== '' && !path.startsWith('/') && url.host !== '' ? '/' : '';
  const fragment = url.fragment === '' ? '' : `#${escapeFragment(url.fragment)}`;
  return `${url.scheme}:${nothing ? '' : '//'}${user}${url.host}${slash}${path}${url.query}${fragment}`;
}

/** Same host and path; scheme, user, one leading `/` and a final `.git` do not count. */
export function sameGitUrl(a: string, b: string): boolean {
  const [one, other] = [parseGitUrl(a), parseGitUrl(b)];
  const bare = (path: string) => path.replace(/^\//, '').replace(/\.git$/, '');
  return one.host === other.host && bare(one.path) === bare(other.path);
}

/** HTTP needs no SSH key. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** The passwords that a URL holds, as written and decoded: what must not be seen in any text. */
export function passwordsIn(text: string): readonly string[] {
  const written = splitUserinfo(text)?.password;
  if (written === undefined || written === '') return [];
  const decoded = decode(written);
  return decoded === undefined || decoded === written ? [written] : [written, decoded];
}

interface Userinfo {
  /** With its `://`. */
  readonly scheme: string;
  readonly user: string;
  readonly password: string | undefined;
  /** Host and all that follows. */
  readonly rest: string;
}

/**
 * What stands before the host. Where the text is no proper URL, all up to the last `@` is taken for
 * it: rather too much than a piece of a password left over.
 */
function splitUserinfo(text: string): Userinfo | undefined {
  const [, scheme, after] = /^([^/@]*:\/\/)(.*)$/s.exec(text) ?? [];
  if (scheme === undefined || after === undefined) return undefined;
  const authority = /^[^/?#]*/.exec(after)?.[0] ?? '';
  const port = /:([^:\]]*)$/.exec(authority)?.[1];
  const proper = authority.includes('@') || port === undefined || /^\d*$/.test(port);
  const at = proper ? authority.lastIndexOf('@') : after.lastIndexOf('@');
  if (at < 0) return undefined;
  const colon = after.slice(0, at).indexOf(':');
  return {
    scheme,
    user: after.slice(0, colon < 0 ? at : colon),
    password: colon < 0 ? undefined : after.slice(colon + 1, at),
    rest: after.slice(at + 1),
  };
}

function dropPassword(text: string): string {
  const parts = splitUserinfo(text);
  if (parts?.password !== undefined) return `${parts.scheme}${parts.user}@${parts.rest}`;
  // `user:password@host:path` is no form that git knows, but people type it.
  return text.replace(/^([a-zA-Z0-9_]+):[^/]*@([a-zA-Z0-9._-]+:)/, '$1@$2');
}

function parseTransport(text: string): GitUrl | undefined {
  const [, written, afterScheme] = /^([a-zA-Z][a-zA-Z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (written === undefined || afterScheme === undefined) return undefined;
  const scheme = written.toLowerCase();
  if (!transports.includes(scheme) || hasControlCharacter(text)) return undefined;
  const [beforeFragment, writtenFragment] = splitAt(afterScheme, '#');
  const [address, query] = splitAt(beforeFragment, '?');
  const fragment = decode(writtenFragment ?? '');
  const hasAuthority = address.startsWith('//');
  // A path that does not start with `/` has no place in a URL with a scheme: Go calls it opaque.
  if (!hasAuthority && !address.startsWith('/') && address !== '') return undefined;
  const authority = hasAuthority ? (/^[^/]*/.exec(address.slice(2))?.[0] ?? '') : '';
  const writtenPath = hasAuthority ? address.slice(2 + authority.length) : address;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const path = decode(writtenPath);
  const user = at < 0 ? undefined : readUser(authority.slice(0, at));
  if (path === undefined || fragment === undefined || user === null || !isHost(host)) return undefined;
  return {
    scheme,
    user,
    host,
    path,
    rawPath: isPathSpelling(writtenPath) ? writtenPath : escapePath(path),
    query: query === undefined ? '' : `?${query}`,
    fragment,
  };
}

function parseScp(text: string): GitUrl | undefined {
  const match = scpForm.exec(text);
  if (!match) return undefined;
  const [, user, host = '', path = ''] = match;
  return { scheme: 'ssh', user, host, path, rawPath: escapePath(path), query: '', fragment: '' };
}

function local(path: string): GitUrl {
  return {
    scheme: 'file',
    user: undefined,
    host: '',
    path,
    rawPath: escapePath(path),
    query: '',
    fragment: '',
  };
}

/** Null when it is no valid user. */
function readUser(written: string): string | null {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(written)) return null;
  return decode(written) ?? null;
}

function isHost(host: string): boolean {
  return /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=]*)(?::\d*)?$/.test(host);
}

function isPathSpelling(path: string): boolean {
  return /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]/%]*$/.test(path);
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((char) => char < ' ' || char === '\x7f');
}

function splitAt(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Undefined when a `%` is not followed by two hexadecimal digits. */
function decode(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes = Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})|[^%]+/g, (part, hex?: string) => hex ?? toHex(part)),
    'hex',
  );
  return bytes.toString('utf8');
}

function toHex(text: string): string {
  return Buffer.from(text).toString('hex');
}

function percentEncode(text: string, kept: RegExp): string {
  let escaped = '';
  for (const byte of Buffer.from(text)) {
    const char = String.fromCharCode(byte);
    escaped += kept.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

const escapeUser = (text: string) => percentEncode(text, /[A-Za-z0-9\-._~$&+,;=]/);
const escapePath = (text: string) => percentEncode(text, /[A-Za-z0-9\-._~$&+,/:;=@]/);
const escapeFragment = (text: string) => percentEncode(text, /[A-Za-z0-9\-._~$&+,/:;=?@!()*]/);
