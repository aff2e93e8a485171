import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { describe, expect, it } from 'vitest';
import { createBreather } from '../../waiting/breather.ts';
import {
  decodeManifest,
  decodeRepository,
  encodeManifest,
  encodeRepository,
  type ManifestRecord,
  manifestKey,
  packRecord,
  recordExpiry,
  repositoryKey,
  unpackRecord,
} from './records.ts';

const name = parseImageRef('alpine');
const time = (text: string) => parseTimestamp(text) ?? zeroTime;
const image: Extract<ManifestRecord, { kind: 'image' }> = {
  kind: 'image',
  tag: '3.18',
  digest: 'sha256:aa',
  imageId: 'sha256:bb',
  labels: {
    'org.label-schema.build-date': '2022-08-30T07:00:00Z',
    'org.opencontainers.image.created': '2021-02-03T04:05:06Z',
  },
  createdAt: time('2020-01-23T12:08:04.619877884Z'),
  lastFetched: time('2022-08-30T09:00:00.5Z'),
  tagDigest: '',
};

const text = (packed: Buffer) => packed.subarray(4).toString();

describe('records', () => {
  it('have Flux v1’s keys and its prefix of four bytes', () => {
    expect(manifestKey(name, '3.18')).toBe('registryhistoryv3|index.docker.io/library/alpine|3.18');
    expect(repositoryKey(name)).toBe('registryrepov4|index.docker.io/library/alpine');
    const packed = packRecord(0x01020304, '{"a":1}');
    expect(packed.toString('latin1')).toBe('\x01\x02\x03\x04{"a":1}');
    expect(unpackRecord(packed)).toEqual({ deadline: 0x01020304, json: { a: 1 } });
    expect(recordExpiry(1000, 900)).toBe(3600);
    expect(recordExpiry(100_000, 90_000)).toBe(20_000);
  });

  it('are written byte for byte as Flux v1 writes them, and read back', async () => {
    const json =
      '{"ID":"index.docker.io/library/alpine:3.18","Digest":"sha256:aa","ImageID":"sha256:bb",' +
      '"Labels":{"org.label-schema.build-date":"2022-08-30T07:00:00Z","org.opencontainers.image.created":"2021-02-03T04:05:06Z"},' +
      '"CreatedAt":"2020-01-23T12:08:04.619877884Z","LastFetched":"2022-08-30T09:00:00.5Z"}';
    expect(encodeManifest(name, image)).toBe(json);
    expect(decodeManifest('3.18', JSON.parse(json))).toEqual(image);
    const repository = {
      tags: ['3.18', '3.19'],
      images: [image],
      lastError: 'a <b> & c',
      lastUpdate: image.lastFetched,
    };
    const encoded = await encodeRepository(name, repository, createBreather());
    expect(encoded).toBe(
      `{"Tags":["3.18","3.19"],"Images":{"3.18":${json}},` +
        '"LastError":"a \\u003cb\\u003e \\u0026 c","LastUpdate":"2022-08-30T09:00:00.5Z"}',
    );
    expect(decodeRepository(JSON.parse(encoded))).toEqual(repository);
  });

  it('tell Flux v1 nothing of labels that are no times, and more than it knows', () => {
    const more = { ...image, tagDigest: 'sha256:cc', labels: { 'org.label-schema.build-date': 'yesterday' } };
    expect(JSON.parse(encodeManifest(name, more))).toMatchObject({ Labels: {}, TagDigest: 'sha256:cc' });
  });

  it('of a repository that was never read have Go’s zero time', async () => {
    const nothing = { tags: [], images: [], lastError: '', lastUpdate: zeroTime };
    expect(await encodeRepository(name, nothing, createBreather())).toBe(
      '{"Tags":[],"Images":{},"LastError":"","LastUpdate":"0001-01-01T00:00:00Z"}',
    );
  });

  it('keep tags that are called as built-in things are', async () => {
    const odd = { ...image, tag: '__proto__' };
    const repository = { tags: ['__proto__'], images: [odd], lastError: '', lastUpdate: image.lastFetched };
    const packed = packRecord(1, await encodeRepository(name, repository, createBreather()));
    expect(decodeRepository(unpackRecord(packed)?.json ?? {})).toEqual(repository);
    expect(text(packed)).toContain('"__proto__":{"ID":"index.docker.io/library/alpine:__proto__"');
  });

  it('[manifests K11] leave zero times and empty texts out, and keep why a tag is excluded', () => {
    const bare = {
      ...image,
      digest: '',
      imageId: '',
      labels: {},
      createdAt: zeroTime,
      lastFetched: zeroTime,
    };
    expect(encodeManifest(name, bare)).toBe('{"ID":"index.docker.io/library/alpine:3.18","Labels":{}}');
    const excluded = { kind: 'excluded', reason: 'x' } as const;
    expect(encodeManifest(name, excluded)).toBe('{"ExcludedReason":"x"}');
    expect(decodeManifest('3.18', { ExcludedReason: 'x' })).toEqual(excluded);
  });

  it.each([
    { what: 'nothing', packed: Buffer.alloc(0) },
    { what: 'half a record', packed: Buffer.from('\0\0\0\0{"Tags":["a"') },
    { what: 'text of others', packed: Buffer.from('hello, world') },
    { what: 'a list', packed: Buffer.from('\0\0\0\0[1]') },
  ])('that are $what are none', ({ packed }) => {
    expect(unpackRecord(packed)).toBeUndefined();
  });

  it('of another shape give what is usable', () => {
    const odd = {
      Tags: ['a', '', 3, 'no tag'],
      Images: { a: null, b: { ID: 'x/y:b', Labels: { z: 1 } } },
      LastUpdate: 'never',
    };
    expect(decodeRepository(odd)).toMatchObject({
      tags: ['a'],
      images: [{ tag: 'b', labels: {} }],
      lastUpdate: '',
    });
  });
});
