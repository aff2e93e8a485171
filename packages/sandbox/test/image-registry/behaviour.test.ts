import { once } from 'node:events';
import { Agent as SecureAgent, get as secureGet } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleImage } from '../../src/git-host/sample-repository.ts';
import { mediaTypes } from '../../src/image-registry/media-types.ts';
import { type ImageRegistry, startImageRegistry } from '../../src/image-registry/start-image-registry.ts';

let registry: ImageRegistry;
let now: number;
const get = (path: string, init: RequestInit = {}) => fetch(new URL(path, registry.url), init);
const listTags = async (path: string) => ((await (await get(path)).json()) as { tags: string[] }).tags;

beforeEach(async () => {
  now = Date.UTC(2020, 0, 23);
  registry = await startImageRegistry({ samples: true, now: () => now });
});
afterEach(() => registry.stop());

describe('images', () => {
  it('has those of the walk-through, built in the wrong order', async () => {
    expect(await listTags(`/v2/${sampleImage}/tags/list`)).toEqual(['1.0.1', '1.0.2']);
    const created = async (tag: string) => {
      const manifest = (await (await get(`/v2/${sampleImage}/manifests/${tag}`)).json()) as {
        config: { digest: string };
      };
      const config = await get(`/v2/${sampleImage}/blobs/${manifest.config.digest}`);
      return ((await config.json()) as { created: string }).created;
    };
    expect(await created('1.0.1')).toBe('2020-01-23T12:29:44.989057983Z');
    expect(await created('1.0.2')).toBe('2020-01-23T12:08:04.619877884Z');
  });

  it('gives a tag that is moved another digest, and forgets one that is removed', async () => {
    const first = registry.addImage('team/app', '1');
    const second = registry.addImage('team/app', '2');
    expect(first.top.digest).not.toBe(second.top.digest);
    registry.retag('team/app', 'latest', '1');
    expect(registry.digest('team/app', 'latest')).toBe(first.top.digest);
    registry.retag('team/app', 'latest', second.top.digest);
    expect(registry.digest('team/app', 'latest')).toBe(second.top.digest);
    registry.removeTag('team/app', '1');
    expect(await listTags('/v2/team/app/tags/list')).toEqual(['2', 'latest']);
    registry.removeRepository('team/app');
    expect((await get('/v2/team/app/tags/list')).status).toBe(404);
  });

  it('makes an index that names its platforms', async () => {
    const platforms = ['linux/amd64', 'linux/arm64/v8', 'windows/amd64'];
    const image = registry.addImage('team/app', '1', { platforms, mediaTypes: 'oci' });
    const answer = await get('/v2/team/app/manifests/1', { headers: { accept: mediaTypes.oci.index } });
    const { manifests } = (await answer.json()) as { manifests: { digest: string; platform: unknown }[] };
    expect(manifests.map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      { os: 'windows', architecture: 'amd64' },
    ]);
    expect(manifests.map(({ digest }) => digest)).toEqual(
      platforms.map((platform) => image.platforms[platform]?.digest),
    );
  });

  it('makes manifests and configs as large as is wanted', () => {
    const { top, blobs } = registry.addImage('team/app', '1', {
      sizePadding: 10_000_000,
      configPadding: 5_000,
    });
    expect(top.bytes.length).toBeGreaterThan(10_000_000);
    expect(blobs.at(-1)?.bytes.length).toBeGreaterThan(5_000);
  });
});

describe('tag lists', () => {
  beforeEach(() => {
    registry.addImage('team/app', 'base');
    registry.addTags('team/app', ['c', 'a', 'b', 'e', 'd'], 'base');
  });

  /** All pages, by the `Link` headers. */
  const walk = async (path: string): Promise<{ pages: string[][]; links: string[] }> => {
    const pages: string[][] = [];
    const links: string[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const answer = await get(next);
      pages.push(((await answer.json()) as { tags: string[] }).tags);
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      if (next !== undefined) links.push(next);
    }
    return { pages, links };
  };

  it('come in pages of the size that a client asks for', async () => {
    const { pages, links } = await walk('/v2/team/app/tags/list?n=4');
    expect(pages).toEqual([
      ['a', 'b', 'base', 'c'],
      ['d', 'e'],
    ]);
    expect(links).toEqual(['/v2/team/app/tags/list?last=c&n=4']);
  });

  it('come in pages of the usual size, by absolute links', async () => {
    registry.change({ pageSize: 3, links: 'absolute' });
    const { pages, links } = await walk('/v2/team/app/tags/list');
    expect(pages.map(({ length }) => length)).toEqual([3, 3]);
    expect(links).toEqual([`${registry.url}/v2/team/app/tags/list?last=base&n=3`]);
  });

  it('are refused with a number that is none', async () => {
    const answer = await get('/v2/team/app/tags/list?n=-1');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'PAGINATION_NUMBER_INVALID' }] });
  });

  it('have an ETag when they shall, which changes with them', async () => {
    expect((await get('/v2/team/app/tags/list')).headers.get('etag')).toBeNull();
    registry.change({ tagsEtag: true });
    const etag = (await get('/v2/team/app/tags/list')).headers.get('etag') ?? '';
    const ask = () => get('/v2/team/app/tags/list', { headers: { 'if-none-match': etag } });
    expect((await ask()).status).toBe(304);
    registry.addTags('team/app', ['f'], 'base');
    expect((await ask()).status).toBe(200);
    expect(registry.requests.count({ kind: 'tags', conditional: true })).toBe(2);
  });

  it('can be very long', async () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `build-${index}`);
    registry.addTags('team/many', [], registry.addImage('team/many', 'base').top.digest);
    registry.addTags('team/many', many, 'base');
    expect(await listTags('/v2/team/many/tags/list')).toHaveLength(100_001);
    registry.change({ maxPageSize: 10_000 });
    const { pages } = await walk('/v2/team/many/tags/list?n=50000');
    expect(pages).toHaveLength(11);
    expect(new Set(pages.flat()).size).toBe(100_001);
  });
});

describe('limits', () => {
  const path = `/v2/${sampleImage}/manifests/1.0.1`;

  it("count manifests that are got, as Docker Hub's, and none that are asked for by HEAD", async () => {
    registry.change({ pullLimit: { pulls: 2, seconds: 21_600 } });
    const left = async (method: string) => (await get(path, { method })).headers.get('ratelimit-remaining');
    expect(await left('HEAD')).toBe('2;w=21600');
    expect(await left('GET')).toBe('1;w=21600');
    expect(await left('HEAD')).toBe('1;w=21600');
    expect(await left('GET')).toBe('0;w=21600');
    now += 21_000_000;
    const refused = await get(path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('600');
    expect(refused.headers.get('ratelimit-limit')).toBe('2;w=21600');
    expect(await refused.json()).toMatchObject({ errors: [{ code: 'TOOMANYREQUESTS' }] });
    expect((await get(path, { method: 'HEAD' })).status).toBe(200);
    expect((await get(`/v2/${sampleImage}/tags/list`)).status).toBe(200);
    now += 600_000;
    expect(await left('GET')).toBe('1;w=21600');
  });

  it('refuse what is more than so many requests in a second', async () => {
    registry.change({ perSecond: 2 });
    expect([(await get('/v2/')).status, (await get(path)).status]).toEqual([200, 200]);
    const refused = await get('/v2/');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    now += 1_000;
    expect((await get('/v2/')).status).toBe(200);
  });
});

describe('blobs elsewhere', () => {
  const digest = () => registry.addImage('team/app', '1').platforms['linux/amd64']?.imageId ?? '';

  it('are given out by another host, for a minute', async () => {
    registry.change({ redirectBlobs: true });
    const path = `/v2/team/app/blobs/${digest()}`;
    const redirect = await get(path, { redirect: 'manual' });
    expect(redirect.status).toBe(307);
    const location = redirect.headers.get('location') ?? '';
    expect(new URL(location).host).not.toBe(registry.host);
    expect(new URL(location).hostname).toBe('localhost');
    expect(await (await fetch(location)).json()).toMatchObject({ architecture: 'amd64' });
    now += 60_000;
    expect((await fetch(location)).status).toBe(403);
  });

  it("are refused to one that shows the registry's credentials there", async () => {
    registry.change({ redirectBlobs: true });
    const redirect = await get(`/v2/team/app/blobs/${digest()}`, { redirect: 'manual' });
    const headers = { authorization: 'Bearer leaked' };
    const answer = await fetch(redirect.headers.get('location') ?? '', { headers });
    expect(answer.status).toBe(400);
    expect(registry.requests.all({ kind: 'storage' })).toMatchObject([
      { authorization: 'bearer', status: 400 },
    ]);
  });
});

describe('the log', () => {
  it('counts by repository and kind, and knows what was asked at once', async () => {
    registry.addImage('team/app', '1');
    await get('/v2/');
    await get('/v2/team/app/tags/list', { headers: { 'user-agent': 'flux' } });
    registry.faults.plan({ kind: 'manifest' }, { type: 'slow', ms: 20 });
    const [a, b] = [get('/v2/team/app/manifests/1'), get('/v2/team/app/manifests/2', { method: 'HEAD' })];
    await Promise.all([a, b]);
    expect(registry.requests.counts()).toEqual({ '': { ping: 1 }, 'team/app': { tags: 1, manifest: 2 } });
    expect(registry.requests.mostAtOnce).toBe(2);
    expect(registry.requests.count({ kind: ['ping', 'tags'] })).toBe(2);
    expect(registry.requests.count({ method: 'HEAD', reference: '2' })).toBe(1);
    expect(registry.requests.count(({ userAgent }) => userAgent === 'flux')).toBe(1);
    registry.requests.clear();
    expect(registry.requests.all()).toEqual([]);
  });
});

describe('the server', () => {
  it('goes away, and comes back on the same port with what it had', async () => {
    await registry.goAway();
    await expect(get('/v2/')).rejects.toThrow();
    await registry.comeBack();
    expect(await listTags(`/v2/${sampleImage}/tags/list`)).toEqual(['1.0.1', '1.0.2']);
  });

  it('speaks HTTPS, for loopback and for further names', async () => {
    await using secure = await startImageRegistry({ tls: { names: ['registry.example.com'] } });
    expect(secure.url).toMatch(/^https:/);
    const agent = new SecureAgent({ ca: secure.ca ?? '', servername: 'registry.example.com' });
    const [answer] = await once(secureGet(`${secure.url}/v2/`, { agent }), 'response');
    expect(answer.statusCode).toBe(200);
    answer.resume();
    await expect(fetch(`${secure.url}/v2/`)).rejects.toThrow(); // nobody vouches for it
  });
});
