import { errorMessage, ServerError } from '@fluxctl/shared/errors';
import { type AwsPorts, findAwsKeys, findAwsRegion } from './aws-environment.ts';
import { signAwsRequest } from './aws-signature.ts';
import { fetchJson } from './fetch-json.ts';
import type { LoginProvider } from './login-provider.ts';
import { Login } from './logins.ts';

export interface EcrLimits {
  /** Empty: the region in which the daemon runs. */
  readonly regions: readonly string[];
  /** Empty: all accounts but those excluded. */
  readonly includedAccounts: readonly string[];
  readonly excludedAccounts: readonly string[];
}

export interface EcrProvider extends LoginProvider {
  /** Why images of this host are not scanned at all; undefined when they are. */
  refusal(host: string, signal: AbortSignal): Promise<string | undefined>;
  /** @throws {FluxError} when there is no region, or there are no keys */
  require(signal: AbortSignal): Promise<void>;
}

/** The account and region of a host of ECR: `123.dkr.ecr.eu-west-1.amazonaws.com`. */
export function parseEcrHost(host: string): { account: string; region: string } | undefined {
  const [, account, region] = /^([^.]+)\.dkr\.ecr\.([^.]+)\.amazonaws\.com(?:\.cn)?$/.exec(host) ?? [];
  return account !== undefined && region !== undefined ? { account, region } : undefined;
}

const longestLifeMs = 12 * 3_600_000;
const embargoMs = 10 * 60_000;

interface Region {
  /** All that were seen: one request serves them. */
  readonly accounts: Set<string>;
  logins: ReadonlyMap<string, Login>;
  expires: number;
  /** After a failure nothing is asked until then. */
  embargo: { readonly until: number; readonly reason: string } | undefined;
  asking: Promise<void> | undefined;
}

export function createEcrProvider(ports: AwsPorts, limits: EcrLimits): EcrProvider {
  const known = new Map<string, Region>();
  let detected: { readonly regions: readonly string[]; readonly reason: string } | undefined;

  /** Once: a machine does not move. */
  const regions = async (signal: AbortSignal): Promise<readonly string[]> => {
    if (limits.regions.length > 0) return limits.regions;
    if (!detected) {
      try {
        detected = { regions: [await findAwsRegion(ports, signal)], reason: '' };
      } catch (error) {
        signal.throwIfAborted();
        detected = { regions: [], reason: `: ${errorMessage(error)}` };
      }
    }
    return detected.regions;
  };

  const renew = async (name: string, region: Region, signal: AbortSignal): Promise<void> => {
    try {
      const keys = await findAwsKeys(ports, name, signal);
      const { logins, expires } = await askTokens(ports, name, [...region.accounts], keys, signal);
      region.logins = logins;
      region.expires = Math.min(expires, ports.now() + longestLifeMs);
      region.embargo = undefined;
    } catch (error) {
      signal.throwIfAborted();
      region.embargo = { until: ports.now() + embargoMs, reason: errorMessage(error) };
      throw error;
    }
  };

  return {
    serves: (host) => parseEcrHost(host) !== undefined,
    async refusal(host, signal) {
      const parts = parseEcrHost(host);
      if (!parts) return undefined;
      const { account, region } = parts;
      const allowed = await regions(signal);
      if (allowed.length === 0) return `the AWS region of this daemon is not known${detected?.reason ?? ''}`;
      if (!allowed.includes(region)) return `AWS region ${region} is not among those to scan`;
      if (limits.excludedAccounts.includes(account)) return `AWS account ${account} is excluded`;
      const listed = limits.includedAccounts.length === 0 || limits.includedAccounts.includes(account);
      return listed ? undefined : `AWS account ${account} is not among those to scan`;
    },
    async require(signal) {
      const [region] = await regions(signal);
      if (region === undefined) {
        throw new ServerError(`the AWS region of this daemon is not known${detected?.reason ?? ''}`);
      }
      await findAwsKeys(ports, region, signal);
    },
    async login(host, signal) {
      const parts = parseEcrHost(host);
      if (!parts) return undefined;
      const region = known.get(parts.region) ?? newRegion();
      known.set(parts.region, region);
      region.accounts.add(parts.account);
      const usable = () => ports.now() < region.expires && region.logins.has(host);
      await region.asking?.catch(() => undefined);
      if (usable()) return region.logins.get(host);
      if (region.embargo && ports.now() < region.embargo.until) {
        throw new ServerError(`no login for ECR in ${parts.region}: ${region.embargo.reason}`);
      }
      region.asking = renew(parts.region, region, signal).finally(() => {
        region.asking = undefined;
      });
      await region.asking;
      return region.logins.get(host);
    },
  };
}

function newRegion(): Region {
  return { accounts: new Set(), logins: new Map(), expires: 0, embargo: undefined, asking: undefined };
}

async function askTokens(
  ports: AwsPorts,
  region: string,
  accounts: readonly string[],
  keys: Parameters<typeof signAwsRequest>[1],
  signal: AbortSignal,
): Promise<{ logins: Map<string, Login>; expires: number }> {
  const url = `${ports.endpoint('ecr', region)}/`;
  const body = JSON.stringify({ registryIds: accounts });
  const plain = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
  };
  const request = { method: 'POST', url, headers: plain, body } as const;
  const headers = signAwsRequest(request, keys, { region, service: 'ecr' }, new Date(ports.now()));
  const services = { dispatcher: ports.services, now: ports.now };
  const answer = await fetchJson(services, url, { method: 'POST', headers, body }, signal);
  const { authorizationData } = answer as { authorizationData?: unknown };
  const logins = new Map<string, Login>();
  let expires = Number.POSITIVE_INFINITY;
  for (const entry of Array.isArray(authorizationData) ? authorizationData : []) {
    const { authorizationToken, proxyEndpoint, expiresAt } = entry as Record<string, unknown>;
    if (typeof authorizationToken !== 'string' || typeof proxyEndpoint !== 'string') continue;
    const decoded = Buffer.from(authorizationToken, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    const login = new Login(decoded.slice(0, colon), decoded.slice(colon + 1), 'AWS API');
    logins.set(new URL(proxyEndpoint).host, login);
    if (typeof expiresAt === 'number') expires = Math.min(expires, expiresAt * 1000);
  }
  if (logins.size === 0) throw new ServerError(`ECR in ${region} gave no token`);
  return { logins, expires };
}
