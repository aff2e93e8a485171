import { errorMessage, UserError } from '@fluxctl/shared/errors';
import { authHost } from './auth-host.ts';
import { identityTokenUser, Login, Logins } from './logins.ts';

/** What a docker config says; entries that cannot be used are told, the others count. */
export interface DockerConfig {
  readonly logins: Logins;
  /** Host to helper: `docker-credential-<helper>` knows its login. */
  readonly helpers: ReadonlyMap<string, string>;
  /** The helper for all other hosts. */
  readonly store: string | undefined;
  /** In plain words and without secrets. */
  readonly problems: readonly string[];
}

/** How the hosts are written: `~/.docker/config.json` and its secrets, or the older `.dockercfg`. */
export type DockerConfigShape = 'dockerconfigjson' | 'dockercfg';

/**
 * @param origin - for people: where the text is from
 * @throws {UserError} when the text is no JSON object
 */
export function parseDockerConfig(text: string, shape: DockerConfigShape, origin: string): DockerConfig {
  const config = parseObject(text, origin);
  const auths = shape === 'dockercfg' ? config : objectOf(config['auths']);
  const problems: string[] = [];
  const byHost = new Map<string, Login>();
  for (const [written, entry] of Object.entries(auths)) {
    try {
      const host = authHost(written);
      const login = readEntry(objectOf(entry), origin);
      if (login) byHost.set(host, login);
    } catch (error) {
      problems.push(`${origin}: entry ${JSON.stringify(written)}: ${errorMessage(error)}`);
    }
  }
  const helpers = new Map<string, string>();
  const named = shape === 'dockercfg' ? {} : objectOf(config['credHelpers']);
  for (const [written, helper] of Object.entries(named)) {
    try {
      if (isHelperName(helper)) helpers.set(authHost(written), helper);
      else problems.push(`${origin}: ${JSON.stringify(written)} names no usable credential helper`);
    } catch (error) {
      problems.push(`${origin}: entry ${JSON.stringify(written)}: ${errorMessage(error)}`);
    }
  }
  const store =
    shape === 'dockerconfigjson' && isHelperName(config['credsStore']) ? config['credsStore'] : undefined;
  return { logins: new Logins(byHost), helpers, store, problems };
}

/** An entry without any login is what `docker login` leaves where a helper keeps it. */
function readEntry(entry: Record<string, unknown>, origin: string): Login | undefined {
  const { auth, username, password, identitytoken } = entry;
  // It counts more than a user that stands beside it: docker then keeps no password there.
  if (typeof identitytoken === 'string' && identitytoken !== '') {
    return new Login(identityTokenUser, identitytoken, origin);
  }
  if (typeof auth === 'string' && auth !== '') {
    const decoded = Buffer.from(auth, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 0) {
      throw new UserError('decoded credential has wrong number of fields (expected 2, got 1)');
    }
    // Docker pads what it writes with NUL bytes.
    return new Login(decoded.slice(0, colon), decoded.slice(colon + 1).replace(/\0+$/, ''), origin);
  }
  if (typeof username === 'string' && typeof password === 'string' && username !== '') {
    return new Login(username, password, origin);
  }
  return undefined;
}

function isHelperName(value: unknown): value is string {
  // It becomes part of a program's name.
  return typeof value === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(value);
}

function parseObject(text: string, origin: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would quote the text, passwords and all.
    throw new UserError(`${origin} is not JSON`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UserError(`${origin} is not a docker config`);
  }
  return parsed as Record<string, unknown>;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
