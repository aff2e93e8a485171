import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../../src/image-registry/digest.ts';
import type { Fault } from '../../src/image-registry/faults.ts';
import { type ImageRegistry, startImageRegistry } from '../../src/image-registry/start-image-registry.ts';

let registry: ImageRegistry;
const tagsPath = '/v2/team/app/tags/list';
const manifestPath = '/v2/team/app/manifests/1';
const get = (path: string, init: RequestInit = {}) => fetch(`${registry.url}${path}`, init);
const plan = (fault: Fault, times?: number) => registry.faults.plan({ repository: 'team/app' }, fault, times);

beforeAll(async () => {
  registry = await startImageRegistry();
  registry.addImage('team/app', '1');
  registry.addImage('team/other', '1');
});
afterEach(() => {
  registry.faults.clear();
  registry.requests.clear();
});
afterAll(() => registry.stop());

it.each([
  { fault: { type: 'status', code: 429, retryAfter: 7 }, status: 429, code: 'TOOMANYREQUESTS', retry: '7' },
  { fault: { type: 'status', code: 503 }, status: 503, code: 'UNAVAILABLE', retry: null },
  { fault: { type: 'status', code: 500, message: 'oh' }, status: 500, code: 'UNKNOWN', retry: null },
  {
    fault: { type: 'status', code: 429, retryAfter: 'Thu, 23 Jan 2020 12:00:00 GMT' },
    status: 429,
    code: 'TOOMANYREQUESTS',
    retry: 'Thu, 23 Jan 2020 12:00:00 GMT',
  },
] as const)('refuses by status: $fault', async ({ fault, status, code, retry }) => {
  plan(fault);
  const answer = await get(tagsPath);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('retry-after')).toBe(retry);
  expect(await answer.json()).toMatchObject({ errors: [{ code }] });
});

it('befalls only what it is planned for, as often as it is planned, until it is over', async () => {
  plan({ type: 'status', code: 500 }, 2);
  const statuses = async (path: string, count: number) => {
    const found: number[] = [];
    for (let i = 0; i < count; i += 1) found.push((await get(path)).status);
    return found;
  };
  expect(await statuses('/v2/team/other/tags/list', 1)).toEqual([200]);
  expect(await statuses(tagsPath, 3)).toEqual([500, 500, 200]);
  const end = plan({ type: 'status', code: 500 });
  expect(await statuses(tagsPath, 1)).toEqual([500]);
  end();
  expect(await statuses(tagsPath, 1)).toEqual([200]);
});

it('answers late', async () => {
  plan({ type: 'slow', ms: 50 });
  const start = performance.now();
  expect((await get(tagsPath)).status).toBe(200);
  expect(performance.now() - start).toBeGreaterThan(45);
});

it('never answers', async () => {
  plan({ type: 'hang' });
  await expect(get(tagsPath, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
});

it('cuts the connection before or within the answer', async () => {
  plan({ type: 'cut-before' }, 1);
  await expect(get(tagsPath)).rejects.toThrow();
  plan({ type: 'cut-within' }, 1);
  const answer = await get(manifestPath);
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow();
  await expect.poll(() => registry.requests.all().map(({ status }) => status)).toEqual([0, 0]);
});

it('answers with a web page', async () => {
  plan({ type: 'html' });
  const answer = await get(tagsPath);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html');
  expect(await answer.text()).toContain('<html>');
});

it('answers with half of the JSON', async () => {
  plan({ type: 'truncated' });
  const answer = await get(tagsPath);
  const text = await answer.text();
  expect(text).toMatch(/^\{"name"/);
  expect(() => JSON.parse(text)).toThrow();
});

it('says a digest that is not of the content, or sends content that is not of the digest', async () => {
  const right = registry.digest('team/app', '1');
  plan({ type: 'wrong-digest' }, 1);
  const lie = await get(manifestPath);
  expect(lie.headers.get('docker-content-digest')).not.toBe(right);
  expect(digestOf(await lie.bytes())).toBe(right);
  plan({ type: 'wrong-content' }, 1);
  const changed = await get(`/v2/team/app/manifests/${right}`);
  expect(changed.headers.get('docker-content-digest')).toBe(right);
  const bytes = await changed.bytes();
  expect(digestOf(bytes)).not.toBe(right);
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ schemaVersion: 2 });
});

it('answers at length', async () => {
  plan({ type: 'huge', bytes: 10_000_000 });
  const answer = await get(manifestPath);
  expect((await answer.bytes()).length).toBe(10_000_000);
});

it('never ends its answer', async () => {
  plan({ type: 'endless', everyMs: 1 });
  const answer = await get(tagsPath);
  const read: string[] = [];
  for await (const chunk of answer.body ?? []) {
    read.push(Buffer.from(chunk).toString());
    if (read.length > 3) break;
  }
  expect(JSON.parse(read.join(''))).toMatchObject({ name: 'team/app' });
});

it('compresses its answer unasked, or says so', async () => {
  plan({ type: 'gzip' }, 1);
  const answer = await get(tagsPath, { headers: { 'accept-encoding': 'identity' } });
  expect(answer.headers.get('content-encoding')).toBe('gzip');
  expect(await answer.json()).toMatchObject({ name: 'team/app' });
  plan({ type: 'gzip', broken: true }, 1);
  await expect(get(tagsPath).then((lie) => lie.text())).rejects.toThrow();
});

it.each([
  { to: 'itself', links: [`<${tagsPath}?n=1>; rel="next"`, `<${tagsPath}?n=1>; rel="next"`] },
  { to: 'endless', links: [`<${tagsPath}?n=1&page=2>; rel="next"`, `<${tagsPath}?n=1&page=3>; rel="next"`] },
  { to: { header: '<http://evil.example/>; rel="next"' }, links: ['<http://evil.example/>; rel="next"'] },
] as const)('links to $to', async ({ to, links }) => {
  plan({ type: 'link', to });
  let path = `${tagsPath}?n=1`;
  for (const link of links) {
    const found = (await get(path)).headers.get('link') ?? '';
    expect(found).toBe(link);
    path = found.slice(1, found.indexOf('>'));
  }
});

it('answers whatever it shall', async () => {
  plan({ type: 'answer', body: '{"name":"team/app","tags":null}', headers: { 'x-extra': '1' } });
  const answer = await get(tagsPath);
  expect(answer.headers.get('x-extra')).toBe('1');
  expect(await answer.json()).toEqual({ name: 'team/app', tags: null });
});
