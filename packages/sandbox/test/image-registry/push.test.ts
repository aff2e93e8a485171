import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage } from '../../src/image-registry/build-image.ts';
import { digestOf } from '../../src/image-registry/digest.ts';
import { mediaTypes } from '../../src/image-registry/media-types.ts';
import { pushImage } from '../../src/image-registry/push-image.ts';
import { type RegistryAccess, registriesUnderTest } from '../../src/registries-under-test.ts';

const blob = Buffer.from('some bytes');
const digest = digestOf(blob);

describe.each(registriesUnderTest())('writing to $name', (kind) => {
  if (kind.missing) {
    it.skip(kind.missing, () => {});
    return;
  }
  let registry: RegistryAccess;
  const send = (method: string, path: string, init: RequestInit = {}) =>
    fetch(new URL(path, registry.url), { method, ...init });
  const codeOf = async (answer: Response): Promise<string | undefined> =>
    ((await answer.json()) as { errors: { code: string }[] }).errors[0]?.code;
  const begin = async (repository: string): Promise<string> => {
    const answer = await send('POST', `/v2/${repository}/blobs/uploads/`);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('docker-upload-uuid')).toMatch(/^[0-9a-f-]{36}$/);
    return answer.headers.get('location') ?? '';
  };
  const withDigest = (location: string, wanted: string): string => {
    const url = new URL(location, registry.url);
    url.searchParams.set('digest', wanted);
    return url.href;
  };

  beforeAll(async () => {
    registry = await kind.start();
  });
  afterAll(() => registry?.stop());

  it('takes a blob in one piece', async () => {
    const answer = await send('PUT', withDigest(await begin('push/whole'), digest), { body: blob });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('docker-content-digest')).toBe(digest);
    const location = answer.headers.get('location') ?? '';
    expect(await (await send('GET', location)).text()).toBe('some bytes');
  });

  it('takes a blob in chunks, and says how far it is', async () => {
    const first = await send('PATCH', await begin('push/chunks'), {
      body: 'some ',
      headers: { 'content-type': 'application/octet-stream', 'content-range': '0-4' },
    });
    expect(first.status).toBe(202);
    expect(first.headers.get('range')).toBe('0-4');
    const location = first.headers.get('location') ?? '';
    const progress = await send('GET', location);
    expect(progress.status).toBe(204);
    expect(progress.headers.get('range')).toBe('0-4');
    const second = await send('PATCH', progress.headers.get('location') ?? location, {
      body: 'bytes',
      headers: { 'content-type': 'application/octet-stream', 'content-range': '5-9' },
    });
    const end = await send('PUT', withDigest(second.headers.get('location') ?? '', digest));
    expect(end.status).toBe(201);
    expect(await (await send('GET', `/v2/push/chunks/blobs/${digest}`)).text()).toBe('some bytes');
  });

  it('refuses a blob that is not what its digest says', async () => {
    const wrong = digestOf(Buffer.from('others'));
    const answer = await send('PUT', withDigest(await begin('push/wrong'), wrong), { body: blob });
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe('DIGEST_INVALID');
  });

  it('does not know an upload that was given up', async () => {
    const location = await begin('push/cancelled');
    expect((await send('DELETE', location)).status).toBe(204);
    const answer = await send('GET', location);
    expect(answer.status).toBe(404);
    expect(await codeOf(answer)).toBe('BLOB_UPLOAD_UNKNOWN');
  });

  it('takes a blob over from another repository', async () => {
    await send('PUT', withDigest(await begin('push/origin'), digest), { body: blob });
    const mount = (from: string, what = digest) =>
      send('POST', `/v2/push/mounted/blobs/uploads/?mount=${what}&from=${from}`);
    expect((await mount('push/origin')).status).toBe(201);
    expect((await send('HEAD', `/v2/push/mounted/blobs/${digest}`)).status).toBe(200);
    const unknown = digestOf(Buffer.from('unknown'));
    expect((await mount('push/origin', unknown)).status, 'an upload begins instead').toBe(202);
  });

  it('does not show a blob in a repository where it was not pushed', async () => {
    await send('PUT', withDigest(await begin('push/origin'), digest), { body: blob });
    expect((await send('HEAD', `/v2/push/elsewhere/blobs/${digest}`)).status).toBe(404);
  });

  const image = buildImage({ content: 'pushed' });
  it('takes a tag that is pushed again, and keeps what it meant', async () => {
    const next = buildImage({ content: 'pushed again' });
    await pushImage(registry.url, 'push/again', 'latest', image);
    await pushImage(registry.url, 'push/again', 'latest', next);
    const read = async (reference: string) => {
      const headers = { accept: mediaTypes.docker.manifest };
      const answer = await send('HEAD', `/v2/push/again/manifests/${reference}`, { headers });
      return answer.headers.get('docker-content-digest');
    };
    expect(await read('latest')).toBe(next.top.digest);
    expect(await read(image.top.digest)).toBe(image.top.digest);
  });

  const put = (reference: string, body: string, type: string = mediaTypes.docker.manifest) =>
    send('PUT', `/v2/push/bad/manifests/${reference}`, { body, headers: { 'content-type': type } });
  it.each([
    { because: 'no JSON', body: '{', code: 'MANIFEST_INVALID' },
    { because: 'blobs are not there', body: image.top.bytes.toString(), code: 'MANIFEST_BLOB_UNKNOWN' },
    {
      because: 'the digest is another',
      reference: digestOf(Buffer.from('others')),
      body: image.top.bytes.toString(),
      code: 'DIGEST_INVALID',
    },
  ])('refuses a manifest: $because', async ({ reference = '1', body, code }) => {
    const answer = await put(reference, body);
    expect(answer.status).toBe(400);
    expect(await codeOf(answer)).toBe(code);
  });

  it('deletes a manifest, and its tags with it', async () => {
    await pushImage(registry.url, 'push/deleted', '1', image);
    await pushImage(registry.url, 'push/deleted', '2', buildImage({ content: 'kept' }));
    const answer = await send('DELETE', `/v2/push/deleted/manifests/${image.top.digest}`);
    expect(answer.status).toBe(202);
    const gone = await send('GET', '/v2/push/deleted/manifests/1');
    expect(gone.status).toBe(404);
    expect(await codeOf(gone)).toBe('MANIFEST_UNKNOWN');
    const list = (await (await send('GET', '/v2/push/deleted/tags/list')).json()) as { tags: string[] };
    expect(list.tags).toEqual(['2']);
  });

  it('deletes a blob', async () => {
    await send('PUT', withDigest(await begin('push/deleted-blob'), digest), { body: blob });
    expect((await send('DELETE', `/v2/push/deleted-blob/blobs/${digest}`)).status).toBe(202);
    const gone = await send('GET', `/v2/push/deleted-blob/blobs/${digest}`);
    expect(gone.status).toBe(404);
    expect(await codeOf(gone)).toBe('BLOB_UNKNOWN');
  });

  it('knows its repositories', async () => {
    const { repositories } = (await (await send('GET', '/v2/_catalog')).json()) as { repositories: string[] };
    expect(repositories).toEqual(expect.arrayContaining(['push/again', 'push/deleted']));
  });
});
