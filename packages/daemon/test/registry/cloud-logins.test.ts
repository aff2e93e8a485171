import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAzureProvider, isAzureHost } from '../../src/registry/credentials/azure.ts';
import { createEcrProvider, type EcrLimits } from '../../src/registry/credentials/ecr.ts';
import { findLogin } from '../../src/registry/credentials/find-login.ts';
import { createGoogleProvider, isGoogleHost } from '../../src/registry/credentials/google.ts';
import { Login, Logins, loginFor } from '../../src/registry/credentials/logins.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

const signal = AbortSignal.timeout(30_000);
const dispatcher = new Agent();
const asked: Asked[] = [];
let answer: (request: Asked) => { status?: number; body: unknown } = () => ({ body: {} });
let origin: string;
let time = Date.UTC(2024, 0, 1);
const now = () => time;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const { status = 200, body } = answer(one);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  await dispatcher.destroy();
  server.close();
});

describe('Google', () => {
  it.each([
    { host: 'gcr.io', served: true },
    { host: 'eu.gcr.io', served: true },
    { host: 'europe-docker.pkg.dev', served: true },
    { host: 'notgcr.io', served: false },
    { host: 'docker.pkg.dev.example.com', served: false },
  ])('serves $host: $served', ({ host, served }) => {
    expect(isGoogleHost(host)).toBe(served);
  });

  it('gives the default service account’s token, kept until it expires', async () => {
    answer = () => ({ body: { access_token: 'token-1', expires_in: 600, token_type: 'Bearer' } });
    const provider = createGoogleProvider({ dispatcher, now }, origin);
    const login = await provider.login('gcr.io', signal);
    expect([login?.user, login?.reveal()]).toEqual(['oauth2accesstoken', 'token-1']);
    await provider.login('eu.gcr.io', signal);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      path: '/computeMetadata/v1/instance/service-accounts/default/token',
      headers: { 'metadata-flavor': 'Google' },
    });
    time += 600_000;
    await provider.login('gcr.io', signal);
    expect(asked).toHaveLength(2);
  });

  it('says when there is no metadata server', async () => {
    answer = () => ({ status: 404, body: 'no' });
    const provider = createGoogleProvider({ dispatcher, now }, origin);
    await expect(provider.login('gcr.io', signal)).rejects.toThrow(/answered with status 404/);
  });
});

describe('Azure', () => {
  it.each([
    { host: 'azurecr.io', served: false },
    { host: 'notazurecr.io', served: false },
    { host: 'x.azurecr.io.not', served: false },
    { host: 'x.azurecr.io', served: true },
    { host: 'x.azurecr.cn', served: true },
    { host: 'x.azurecr.de', served: true },
    { host: 'x.azurecr.us', served: true },
  ])('[manifests K5] serves $host: $served', ({ host, served }) => {
    expect(isAzureHost(host)).toBe(served);
  });

  it('gives the service principal of the node’s settings', async () => {
    const settings = JSON.stringify({ aadClientId: 'client', aadClientSecret: 'hidden' });
    const login = await createAzureProvider(() => Promise.resolve(settings)).login('x.azurecr.io', signal);
    expect([login?.user, login?.reveal()]).toEqual(['client', 'hidden']);
    const broken = createAzureProvider(() => Promise.resolve('{"aadClientSecret": "hidden"'));
    await expect(broken.login('x.azurecr.io', signal)).rejects.toThrow(
      'cannot read /etc/kubernetes/azure.json',
    );
  });
});

const ecrHost = (account: string, region = 'eu-west-1') => `${account}.dkr.ecr.${region}.amazonaws.com`;
const anyone: EcrLimits = { regions: [], includedAccounts: [], excludedAccounts: [] };
const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret-key' };

function ecr(limits: EcrLimits, env: Record<string, string>, files: Record<string, string> = {}) {
  const readFile = (path: string) =>
    files[path] === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(files[path]);
  const endpoint = (service: 'ecr' | 'sts', region: string) => `${origin}/${service}-${region}`;
  const ports = { dispatcher, services: dispatcher, now, env, readFile, metadata: origin, endpoint };
  return createEcrProvider(ports, limits);
}

/** As ECR answers: a token for each account. */
function tokens(request: Asked, lifeSeconds = 12 * 3600) {
  const { registryIds } = JSON.parse(request.body) as { registryIds: string[] };
  return {
    authorizationData: registryIds.map((account) => ({
      authorizationToken: Buffer.from(`AWS:password-of-${account}`).toString('base64'),
      proxyEndpoint: `https://${ecrHost(account)}`,
      expiresAt: time / 1000 + lifeSeconds,
    })),
  };
}

describe('ECR', () => {
  it('asks once for all accounts of a region, until the token expires', async () => {
    answer = (request) => ({ body: tokens(request, 3600) });
    const provider = ecr(anyone, { ...keys, AWS_REGION: 'eu-west-1' });
    const login = await provider.login(ecrHost('111'), signal);
    expect([login?.user, login?.reveal()]).toEqual(['AWS', 'password-of-111']);
    expect((await provider.login(ecrHost('222'), signal))?.reveal()).toBe('password-of-222');
    expect(await provider.login(ecrHost('111'), signal)).toBeDefined();
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([
      { registryIds: ['111'] },
      { registryIds: ['111', '222'] },
    ]);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/ecr-eu-west-1/',
      headers: {
        'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/ecr\/aws4_request, /,
        ),
      },
    });
    time += 3_600_000;
    await provider.login(ecrHost('111'), signal);
    expect(asked).toHaveLength(3);
  });

  it('leaves a region alone for ten minutes when it fails', async () => {
    answer = () => ({ status: 400, body: { message: 'no' } });
    const provider = ecr(anyone, { ...keys, AWS_REGION: 'eu-west-1' });
    await expect(provider.login(ecrHost('111'), signal)).rejects.toThrow(/answered with status 400/);
    await expect(provider.login(ecrHost('111'), signal)).rejects.toThrow(/^no login for ECR in eu-west-1: /);
    expect(asked).toHaveLength(1);
    time += 10 * 60_000;
    answer = (request) => ({ body: tokens(request) });
    expect(await provider.login(ecrHost('111'), signal)).toBeDefined();
  });

  it('takes keys from the pod’s web identity', async () => {
    const credentials = { AccessKeyId: 'ASIA', SecretAccessKey: 's', SessionToken: 'session' };
    answer = (request) =>
      request.path.startsWith('/sts')
        ? {
            body: {
              AssumeRoleWithWebIdentityResponse: {
                AssumeRoleWithWebIdentityResult: { Credentials: credentials },
              },
            },
          }
        : { body: tokens(request) };
    const env = { AWS_REGION: 'eu-west-1', AWS_ROLE_ARN: 'arn:role', AWS_WEB_IDENTITY_TOKEN_FILE: '/token' };
    const provider = ecr(anyone, env, { '/token': 'jwt\n' });
    expect(await provider.login(ecrHost('111'), signal)).toBeDefined();
    expect(new URLSearchParams(asked[0]?.body).get('WebIdentityToken')).toBe('jwt');
    expect(asked[1]?.headers['x-amz-security-token']).toBe('session');
  });

  it('takes keys and region from the machine', async () => {
    answer = (request) => {
      const { path } = request;
      if (path === '/latest/api/token') return { body: 'metadata-token' };
      if (path.endsWith('/placement/region')) return { body: 'eu-west-1' };
      if (path.endsWith('/security-credentials/')) return { body: 'node-role' };
      if (path.endsWith('/node-role'))
        return { body: { AccessKeyId: 'ASIA', SecretAccessKey: 's', Token: 't' } };
      return { body: tokens(request) };
    };
    const provider = ecr(anyone, {});
    expect(await provider.refusal(ecrHost('111'), signal)).toBeUndefined();
    expect(await provider.login(ecrHost('111'), signal)).toBeDefined();
    const region = asked.find(({ path }) => path.endsWith('/placement/region'));
    expect(region?.headers['x-aws-ec2-metadata-token']).toBe('metadata-token');
  });

  it('takes keys and region from AWS’s files', async () => {
    answer = (request) => ({ body: tokens(request) });
    const provider = ecr(
      anyone,
      { HOME: '/users/flux', AWS_PROFILE: 'work' },
      {
        '/users/flux/.aws/config': '[default]\nregion = us-east-1\n[profile work]\nregion = eu-west-1\n',
        '/users/flux/.aws/credentials': '[work]\naws_access_key_id = A\naws_secret_access_key = B\n',
      },
    );
    expect(await provider.refusal(ecrHost('111', 'us-east-1'), signal)).toMatch(
      /^AWS region us-east-1 is not/,
    );
    expect(await provider.login(ecrHost('111'), signal)).toBeDefined();
  });

  it.each([
    { host: ecrHost('111'), limits: { regions: ['eu-west-1'] }, refusal: undefined },
    { host: ecrHost('111', 'us-east-1'), limits: { regions: ['eu-west-1'] }, refusal: /region us-east-1/ },
    {
      host: ecrHost('111'),
      limits: { regions: ['eu-west-1'], includedAccounts: ['222'] },
      refusal: /account 111 is not/,
    },
    {
      host: ecrHost('111'),
      limits: { regions: ['eu-west-1'], excludedAccounts: ['111'] },
      refusal: /account 111 is excl/,
    },
    { host: 'quay.io', limits: {}, refusal: undefined },
  ])('scans $host within $limits: $refusal', async ({ host, limits, refusal }) => {
    const told = await ecr({ ...anyone, ...limits }, {}).refusal(host, signal);
    if (refusal) expect(told).toMatch(refusal);
    else expect(told).toBeUndefined();
  });

  it('can be required: then there must be a region and keys', async () => {
    answer = () => ({ status: 404, body: '' });
    await expect(ecr(anyone, {}).require(signal)).rejects.toThrow(
      /^the AWS region of this daemon is not known/,
    );
    await expect(ecr({ ...anyone, regions: ['eu-west-1'] }, {}).require(signal)).rejects.toThrow(
      /metadata service/,
    );
    await ecr(anyone, { ...keys, AWS_REGION: 'eu-west-1' }).require(signal);
  });

  it('is not scanned at all where the region cannot be found out', async () => {
    answer = () => ({ status: 404, body: '' });
    const refusal = await ecr(anyone, {}).refusal(ecrHost('111'), signal);
    expect(refusal).toMatch(
      /^the AWS region of this daemon is not known: the EC2 metadata service does not answer$/,
    );
  });
});

it('prefers pull secrets to ECR, ECR to the docker config, and that to the clouds', async () => {
  const provider = (user: string, hosts: string[]) => ({
    serves: (host: string) => hosts.includes(host),
    login: () => Promise.resolve(new Login(user, 'x', user)),
  });
  const sources = {
    ecr: provider('ecr', ['a', 'b']),
    defaults: [provider('file', ['a', 'b', 'c'])],
    clouds: [provider('cloud', ['a', 'b', 'c', 'd'])],
  };
  const secrets = loginFor('a', new Login('secret', 'x', 'x'));
  const users = await Promise.all(
    ['a', 'b', 'c', 'd', 'e'].map(async (host) => (await findLogin(host, secrets, sources, signal))?.user),
  );
  expect(users).toEqual(['secret', 'ecr', 'file', 'cloud', undefined]);
  expect(await findLogin('e', new Logins(), sources, signal)).toBeUndefined();
});
