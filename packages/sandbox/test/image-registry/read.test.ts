import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, type ImageSpec } from '../../src/image-registry/build-image.ts';
import { buildSchema1Image } from '../../src/image-registry/build-schema1-image.ts';
import { digestOf } from '../../src/image-registry/digest.ts';
import { mediaTypes, schema1Type } from '../../src/image-registry/media-types.ts';
import { pushImage } from '../../src/image-registry/push-image.ts';
import { type RegistryAccess, registriesUnderTest } from '../../src/registries-under-test.ts';

const created = '2020-01-23T12:29:44.989057983Z';
const everyType = [mediaTypes.docker, mediaTypes.oci].flatMap((t) => [t.manifest, t.index]).join(', ');
const specs = {
  docker: { created, labels: { maintainer: 'sam' } },
  oci: { created, mediaTypes: 'oci' },
  'docker-list': { created, platforms: ['linux/arm64', 'linux/amd64'] },
  'oci-index': { created, platforms: ['linux/amd64', 'linux/arm/v7'], mediaTypes: 'oci' },
} as const satisfies Record<string, ImageSpec>;
type Tag = keyof typeof specs;
const image = (tag: Tag) => buildImage({ ...specs[tag], content: tag });
const tags = Object.keys(specs) as Tag[];

describe.each(registriesUnderTest())('reading from $name', (kind) => {
  if (kind.missing) {
    it.skip(kind.missing, () => {});
    return;
  }
  let registry: RegistryAccess;
  const get = (path: string, init: RequestInit = {}) => fetch(`${registry.url}/v2/${path}`, init);
  const manifest = (reference: string, accept?: string, init: RequestInit = {}) =>
    get(`team/app/manifests/${reference}`, {
      ...init,
      headers: { ...(accept !== undefined && { accept }), ...init.headers },
    });

  beforeAll(async () => {
    registry = await kind.start();
    for (const tag of tags) await pushImage(registry.url, 'team/app', tag, image(tag));
    const chunked = buildImage({ content: 'chunked', configPadding: 5000 });
    await pushImage(registry.url, 'team/chunked', '1', chunked, { chunkSize: 1000 });
  });
  afterAll(() => registry?.stop());

  it('says that it speaks version 2', async () => {
    const answer = await get('');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
    expect(await answer.json()).toEqual({});
  });

  it('lists tags', async () => {
    const answer = await get('team/app/tags/list');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    const list = (await answer.json()) as { name: string; tags: string[] };
    expect({ ...list, tags: list.tags.toSorted() }).toEqual({ name: 'team/app', tags: tags.toSorted() });
  });

  it.each(tags)('gives the manifest %s by tag and by digest, byte for byte', async (tag) => {
    const { top } = image(tag);
    for (const reference of [tag, top.digest]) {
      const answer = await manifest(reference, everyType);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe(top.type);
      expect(answer.headers.get('docker-content-digest')).toBe(top.digest);
      expect(answer.headers.get('etag')).toBe(`"${top.digest}"`);
      expect(Buffer.from(await answer.arrayBuffer()).equals(top.bytes)).toBe(true);
    }
  });

  it('answers HEAD with the same headers and no body', async () => {
    const { top } = image('docker');
    const answer = await manifest('docker', everyType, { method: 'HEAD' });
    expect(answer.headers.get('docker-content-digest')).toBe(top.digest);
    expect(answer.headers.get('content-type')).toBe(top.type);
    expect(answer.headers.get('content-length')).toBe(String(top.bytes.length));
    expect(await answer.text()).toBe('');
  });

  it.each(['GET', 'HEAD'])('answers %s with 304 when the manifest is known', async (method) => {
    const { top } = image('docker');
    const headers = { 'if-none-match': `"${top.digest}"` };
    expect((await manifest('docker', everyType, { method, headers })).status).toBe(304);
    const other = { 'if-none-match': `"${digestOf(Buffer.from(''))}"` };
    expect((await manifest('docker', everyType, { method, headers: other })).status).toBe(200);
  });

  it('gives the image for linux/amd64 to a client that does not know lists', async () => {
    const answer = await manifest('docker-list', mediaTypes.docker.manifest);
    expect(answer.headers.get('content-type')).toBe(mediaTypes.docker.manifest);
    expect(answer.headers.get('docker-content-digest')).toBe(
      image('docker-list').platforms['linux/amd64']?.digest,
    );
  });

  it.each(['oci', 'oci-index'])('has no manifest %s for a client that does not know OCI', async (tag) => {
    const answer = await manifest(tag, mediaTypes.docker.manifest);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'MANIFEST_UNKNOWN' }] });
  });

  it('gives a signed manifest of schema 1, whose digest is that of what was signed', async () => {
    const facts = { created, labels: { maintainer: 'sam' } };
    const { top } = buildSchema1Image('team/old', '1', facts);
    await pushImage(registry.url, 'team/old', '1', buildSchema1Image('team/old', '1', facts));
    const answer = await get('team/old/manifests/1', { headers: { accept: schema1Type } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(schema1Type);
    expect(answer.headers.get('docker-content-digest')).toBe(top.digest);
    const { history } = (await answer.json()) as { history: { v1Compatibility: string }[] };
    expect(JSON.parse(history[0]?.v1Compatibility ?? '')).toMatchObject({
      created,
      config: { Labels: { maintainer: 'sam' } },
    });
  });

  it('gives configs, whole and in part', async () => {
    const { platforms, blobs } = image('docker');
    const { imageId = '' } = platforms['linux/amd64'] ?? {};
    const config = blobs.find(({ digest }) => digest === imageId)?.bytes;
    const path = `team/app/blobs/${imageId}`;
    const whole = await get(path);
    expect(whole.headers.get('docker-content-digest')).toBe(imageId);
    expect(await whole.json()).toMatchObject({ created, config: { Labels: { maintainer: 'sam' } } });
    const part = await get(path, { headers: { range: 'bytes=2-5' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 2-5/${config?.length}`);
    expect(await part.text()).toBe(config?.subarray(2, 6).toString());
    const head = await get(path, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(config?.length));
  });

  it('keeps what came in chunks', async () => {
    const { platforms } = buildImage({ content: 'chunked', configPadding: 5000 });
    const { imageId = '' } = platforms['linux/amd64'] ?? {};
    const bytes = await (await get(`team/chunked/blobs/${imageId}`)).bytes();
    expect(digestOf(bytes)).toBe(imageId);
  });

  const missing = digestOf(Buffer.from('missing'));
  it.each([
    { path: 'team/none/tags/list', code: 'NAME_UNKNOWN' },
    { path: 'team/app/manifests/none', code: 'MANIFEST_UNKNOWN' },
    { path: `team/app/manifests/${missing}`, code: 'MANIFEST_UNKNOWN' },
    { path: 'team/none/manifests/1', code: 'MANIFEST_UNKNOWN' },
    { path: `team/app/blobs/${missing}`, code: 'BLOB_UNKNOWN' },
  ])('answers 404 $code for $path', async ({ path, code }) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    const { errors } = (await answer.json()) as { errors: { code: string; message: string }[] };
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ code, message: expect.stringMatching(/\w/) });
  });
});
