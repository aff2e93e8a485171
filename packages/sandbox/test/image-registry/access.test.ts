import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildImage } from '../../src/image-registry/build-image.ts';
import { pushImage } from '../../src/image-registry/push-image.ts';
import { type ImageRegistry, startImageRegistry } from '../../src/image-registry/start-image-registry.ts';

let registry: ImageRegistry;
let now: number;
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
const get = (path: string, authorization?: string, init: RequestInit = {}) =>
  fetch(`${registry.url}${path}`, { ...init, headers: authorization ? { authorization } : {} });

beforeEach(async () => {
  now = Date.UTC(2020, 0, 23);
  registry = await startImageRegistry({
    users: { sam: 'secret', eve: 'other:secret' },
    allow: (user, repository) => {
      if (user === 'sam') return 'push';
      if (repository.startsWith('public/')) return 'pull';
      return user === 'eve' && repository === 'team/shared' ? 'pull' : 'nothing';
    },
    now: () => now,
  });
  for (const repository of ['team/app', 'team/shared', 'public/app']) registry.addImage(repository, '1');
});
afterEach(() => registry.stop());

describe('basic log-in', () => {
  beforeEach(() => registry.change({ auth: 'basic' }));

  it.each([
    { who: 'nobody', credentials: undefined, path: '/v2/', status: 401 },
    { who: 'nobody', credentials: undefined, path: '/v2/team/app/tags/list', status: 401 },
    { who: 'nobody', credentials: undefined, path: '/v2/public/app/tags/list', status: 200 },
    { who: 'sam', credentials: 'sam:secret', path: '/v2/', status: 200 },
    { who: 'sam', credentials: 'sam:secret', path: '/v2/team/app/tags/list', status: 200 },
    { who: 'eve', credentials: 'eve:other:secret', path: '/v2/team/app/tags/list', status: 401 },
    { who: 'eve', credentials: 'eve:other:secret', path: '/v2/team/shared/tags/list', status: 200 },
    { who: 'a wrong password', credentials: 'sam:wrong', path: '/v2/public/app/tags/list', status: 401 },
    { who: 'a strange name', credentials: 'toString:', path: '/v2/', status: 401 },
  ])('$who gets $status for $path', async ({ credentials, path, status }) => {
    const answer = await get(path, credentials && basic(credentials));
    expect(answer.status).toBe(status);
    if (status !== 401) return;
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
  });

  it('takes pushes from those who may', async () => {
    const image = buildImage({ content: 'pushed' });
    await pushImage(registry.url, 'team/pushed', '1', image, { authorization: basic('sam:secret') });
    expect(registry.digest('team/pushed', '1')).toBe(image.top.digest);
    const refused = pushImage(registry.url, 'team/shared', '2', image, {
      authorization: basic('eve:other:secret'),
    });
    await expect(refused).rejects.toThrow('401');
  });

  it("takes a user's lasting token for the password", async () => {
    const token = registry.refreshToken('sam');
    const answer = await get(
      '/v2/team/app/tags/list',
      basic(`00000000-0000-0000-0000-000000000000:${token}`),
    );
    expect(answer.status).toBe(200);
  });
});

describe('log-in with tokens', () => {
  beforeEach(() => registry.change({ auth: 'token' }));

  interface TokenBody {
    readonly token?: string;
    readonly access_token?: string;
    readonly expires_in?: number;
    readonly refresh_token?: string;
  }
  const askToken = async (query: string, credentials?: string): Promise<TokenBody> => {
    const answer = await get(`/token?${query}`, credentials && basic(credentials));
    expect(answer.status).toBe(200);
    return (await answer.json()) as TokenBody;
  };
  const tags = async (repository: string, token: string | undefined) =>
    get(`/v2/${repository}/tags/list`, token && `Bearer ${token}`);

  it('says where tokens are, and for what', async () => {
    const ping = await get('/v2/');
    const realm = `Bearer realm="${registry.url}/token",service="sandbox-registry"`;
    expect(ping.headers.get('www-authenticate')).toBe(realm);
    const list = await get('/v2/team/app/tags/list');
    expect(list.status).toBe(401);
    expect(list.headers.get('www-authenticate')).toBe(`${realm},scope="repository:team/app:pull"`);
    const upload = await get('/v2/team/app/blobs/uploads/', undefined, { method: 'POST' });
    expect(upload.headers.get('www-authenticate')).toBe(`${realm},scope="repository:team/app:pull,push"`);
  });

  it('gives a token for a repository and for no other', async () => {
    const { token } = await askToken('service=sandbox-registry&scope=repository:team/app:pull', 'sam:secret');
    expect((await tags('team/app', token)).status).toBe(200);
    const other = await tags('team/shared', token);
    expect(other.status).toBe(401);
    expect(other.headers.get('www-authenticate')).toContain('error="insufficient_scope"');
  });

  it('gives nobody a token too, which opens what is public', async () => {
    const query = 'scope=repository:public/app:pull&scope=repository:team/app:pull';
    const { token } = await askToken(query);
    expect((await tags('public/app', token)).status).toBe(200);
    expect((await tags('team/app', token)).status).toBe(401);
    expect(registry.requests.all({ kind: 'tags', status: 200 })).toMatchObject([{ user: undefined }]);
  });

  it('gives no token for a wrong password', async () => {
    const answer = await get('/token?scope=repository:public/app:pull', basic('sam:wrong'));
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
  });

  it('forgets tokens when their time is over', async () => {
    const { token, expires_in } = await askToken('scope=repository:team/app:pull', 'sam:secret');
    expect(expires_in).toBe(300);
    now += 299_000;
    expect((await tags('team/app', token)).status).toBe(200);
    now += 1_000;
    const late = await tags('team/app', token);
    expect(late.status).toBe(401);
    expect(late.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('forgets tokens on demand, all of them or that of one request', async () => {
    const ask = () => askToken('scope=repository:team/app:pull', 'sam:secret');
    const [first, second] = [await ask(), await ask()];
    registry.faults.plan({ kind: 'tags' }, { type: 'expired-token' }, 1);
    expect((await tags('team/app', first.token)).status).toBe(401);
    expect((await tags('team/app', first.token)).status).toBe(401);
    expect((await tags('team/app', second.token)).status).toBe(200);
    registry.expireTokens();
    expect((await tags('team/app', second.token)).status).toBe(401);
  });

  it.each([
    { member: 'token', tellsLife: false, keys: ['token'] },
    { member: 'access_token', tellsLife: true, keys: ['access_token', 'expires_in', 'issued_at'] },
    { member: 'both', tellsLife: false, keys: ['token', 'access_token'] },
  ] as const)('writes its answer as it is told: $keys', async ({ member, tellsLife, keys }) => {
    registry.change({ tokenAnswer: { member, tellsLife } });
    expect(Object.keys(await askToken('scope=repository:public/app:pull'))).toEqual(keys);
  });

  it('speaks OAuth 2: a password, then the lasting token', async () => {
    const post = async (form: Record<string, string>) => {
      const answer = await fetch(`${registry.url}/token`, {
        method: 'POST',
        body: new URLSearchParams(form),
      });
      return { status: answer.status, body: (await answer.json()) as TokenBody };
    };
    const scope = 'repository:team/app:pull';
    const password = { grant_type: 'password', username: 'sam', password: 'secret', scope };
    const first = await post({ ...password, access_type: 'offline' });
    expect((await tags('team/app', first.body.access_token)).status).toBe(200);
    const refresh_token = first.body.refresh_token ?? '';
    const second = await post({ grant_type: 'refresh_token', refresh_token, scope });
    expect((await tags('team/app', second.body.access_token)).status).toBe(200);
    expect((await post({ ...password, password: 'wrong' })).status).toBe(401);
    expect((await post({ grant_type: 'refresh_token', refresh_token: 'unknown' })).status).toBe(401);
  });

  it('mounts blobs only from where the token may read', async () => {
    const image = registry.addImage('team/app', '2');
    const [blob] = image.blobs;
    const mount = async (scope: string) => {
      const { token } = await askToken(scope, 'sam:secret');
      const path = `/v2/team/target/blobs/uploads/?mount=${blob?.digest}&from=team/app`;
      return (await get(path, `Bearer ${token}`, { method: 'POST' })).status;
    };
    const push = 'scope=repository:team/target:pull,push';
    expect(await mount(push)).toBe(202);
    expect(await mount(`${push}&scope=repository:team/app:pull`)).toBe(201);
  });
});
