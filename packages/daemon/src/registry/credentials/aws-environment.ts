import { ServerError } from '@fluxctl/shared/errors';
import type { Dispatcher } from 'undici';
import type { AwsKeys } from './aws-signature.ts';
import { fetchJson, fetchText, type HttpPorts } from './fetch-json.ts';

/** Where AWS's own tools look for keys and a region. */
export interface AwsPorts extends HttpPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  /** Origin of the EC2 metadata service. */
  readonly metadata: string;
  /** Where one of AWS's services answers: `https://sts.eu-west-1.amazonaws.com`. */
  readonly endpoint: (service: 'ecr' | 'sts', region: string) => string;
  /** The way to AWS's services; the metadata service is reached by `dispatcher`, without a proxy. */
  readonly services: Dispatcher;
}

export const ec2Metadata = 'http://169.254.169.254';

export function awsEndpoint(service: 'ecr' | 'sts', region: string): string {
  const name = service === 'ecr' ? 'api.ecr' : 'sts';
  return `https://${name}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** The region that the environment, a config file or the machine names. */
export async function findAwsRegion(ports: AwsPorts, signal: AbortSignal): Promise<string> {
  const { env } = ports;
  const named =
    env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || (await readProfile(ports, 'config')).get('region');
  if (named) return named;
  const region = await askMetadata(ports, '/latest/meta-data/placement/region', signal);
  return region.trim();
}

/**
 * Keys, from where AWS's own tools take them: environment, web identity, container, file, machine.
 * @throws {ServerError} when there are none
 */
export async function findAwsKeys(ports: AwsPorts, region: string, signal: AbortSignal): Promise<AwsKeys> {
  const { env } = ports;
  if (env['AWS_ACCESS_KEY_ID'] && env['AWS_SECRET_ACCESS_KEY']) {
    return {
      accessKeyId: env['AWS_ACCESS_KEY_ID'],
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'],
      sessionToken: env['AWS_SESSION_TOKEN'] ?? '',
    };
  }
  if (env['AWS_WEB_IDENTITY_TOKEN_FILE'] && env['AWS_ROLE_ARN']) {
    return assumeRole(ports, region, env['AWS_ROLE_ARN'], env['AWS_WEB_IDENTITY_TOKEN_FILE'], signal);
  }
  const container = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  if (container) {
    const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
    const token = file
      ? (await ports.readFile(file)).trim()
      : (env['AWS_CONTAINER_AUTHORIZATION_TOKEN'] ?? '');
    const headers = token === '' ? {} : { authorization: token };
    return toKeys(await fetchJson(ports, container, { headers }, signal));
  }
  const profile = await readProfile(ports, 'credentials');
  const [id, secret] = [profile.get('aws_access_key_id'), profile.get('aws_secret_access_key')];
  if (id && secret) {
    return { accessKeyId: id, secretAccessKey: secret, sessionToken: profile.get('aws_session_token') ?? '' };
  }
  const roles = '/latest/meta-data/iam/security-credentials/';
  const role = (await askMetadata(ports, roles, signal)).trim().split('\n')[0] ?? '';
  if (role === '') throw new ServerError('this machine has no AWS role');
  return toKeys(JSON.parse(await askMetadata(ports, roles + encodeURIComponent(role), signal)));
}

async function assumeRole(
  ports: AwsPorts,
  region: string,
  role: string,
  tokenFile: string,
  signal: AbortSignal,
): Promise<AwsKeys> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: 'fluxd',
    WebIdentityToken: (await ports.readFile(tokenFile)).trim(),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  const wanted = { method: 'POST', headers, body: body.toString() } as const;
  const services = { dispatcher: ports.services, now: ports.now };
  const answer = await fetchJson(services, `${ports.endpoint('sts', region)}/`, wanted, signal);
  const response = answer as {
    AssumeRoleWithWebIdentityResponse?: { AssumeRoleWithWebIdentityResult?: { Credentials?: unknown } };
  };
  return toKeys(response.AssumeRoleWithWebIdentityResponse?.AssumeRoleWithWebIdentityResult?.Credentials);
}

/** AWS's services write the same fields with small differences. */
function toKeys(answer: unknown): AwsKeys {
  const fields = (answer ?? {}) as Record<string, unknown>;
  const accessKeyId = fields['AccessKeyId'];
  const secretAccessKey = fields['SecretAccessKey'];
  const sessionToken = fields['SessionToken'] ?? fields['Token'] ?? '';
  if (
    typeof accessKeyId !== 'string' ||
    typeof secretAccessKey !== 'string' ||
    typeof sessionToken !== 'string'
  ) {
    throw new ServerError('AWS gave no keys for this role');
  }
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** Asks the EC2 metadata service, in its second version: with a token of its own. */
async function askMetadata(ports: AwsPorts, path: string, signal: AbortSignal): Promise<string> {
  const short = AbortSignal.any([signal, AbortSignal.timeout(metadataTimeoutMs)]);
  try {
    const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
    const tokenUrl = `${ports.metadata}/latest/api/token`;
    const token = await fetchText(ports, tokenUrl, { method: 'PUT', headers: lifetime }, short);
    return await fetchText(
      ports,
      ports.metadata + path,
      { headers: { 'x-aws-ec2-metadata-token': token } },
      short,
    );
  } catch (cause) {
    signal.throwIfAborted();
    throw new ServerError('the EC2 metadata service does not answer', { cause });
  }
}

const metadataTimeoutMs = 3_000;

/** The chosen profile of `~/.aws/config` or `~/.aws/credentials`; empty when there is no such file. */
async function readProfile(ports: AwsPorts, file: 'config' | 'credentials'): Promise<Map<string, string>> {
  const { env } = ports;
  const own = file === 'config' ? env['AWS_CONFIG_FILE'] : env['AWS_SHARED_CREDENTIALS_FILE'];
  const profile = env['AWS_PROFILE'] || 'default';
  const text = await ports.readFile(own || `${env['HOME'] ?? ''}/.aws/${file}`).catch(() => '');
  const values = new Map<string, string>();
  let current = '';
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) current = section;
    const [, key, value] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (current === profile && key !== undefined && value !== undefined) values.set(key, value);
  }
  return values;
}
