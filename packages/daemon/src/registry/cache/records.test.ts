import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { describe, expect, it } from 'vitest';
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
  labels: { 'org.opencontainers.image.created': '2021-02-03T04:05:06Z' },
  createdAt: time('2020-01-23T12:08:04.619877884Z'),
  lastFetched: time('2022-08-30T09:00:00.5Z'),
  tagDigest: '',
};

describe('records', () => {
  it('have Flux v1’s keys and its prefix of four bytes', () => {
    expect(manifestKey(name, '3.18')).toBe('registryhistoryv3|index.docker.io/library/alpine|3.18');
    expect(repositoryKey(name)).toBe('registryrepov4|index.docker.io/library/alpine');
    const packed = packRecord(0x01020304, { a: 1 });
    expect(packed.toString('latin1')).toBe('\x01\x02\x03\x04{"a":1}');
    expect(unpackRecord(packed)).toEqual({ deadline: 0x01020304, json: { a: 1 } });
    expect(recordExpiry(1000, 900)).toBe(3600);
    expect(recordExpiry(100_000, 90_000)).toBe(20_000);
  });

  it('are written as Flux v1 writes them, and read back', () => {
    const json = encodeManifest(name, image);
    expect(json).toEqual({
      ID: 'index.docker.io/library/alpine:3.18',
      Digest: 'sha256:aa',
      ImageID: 'sha256:bb',
      Labels: { 'org.opencontainers.image.created': '2021-02-03T04:05:06Z' },
      CreatedAt: '2020-01-23T12:08:04.619877884Z',
      LastFetched: '2022-08-30T09:00:00.5Z',
    });
    expect(decodeManifest('3.18', json)).toEqual(image);
    const repository = {
      tags: ['3.18', '3.19'],
      images: [image],
      lastError: '',
      lastUpdate: image.lastFetched,
    };
    const encoded = encodeRepository(name, repository);
    expect(encoded).toEqual({
      LastUpdate: '2022-08-30T09:00:00.5Z',
      Tags: ['3.18', '3.19'],
      Images: { '3.18': json },
    });
    expect(decodeRepository(encoded)).toEqual(repository);
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
    expect(encodeManifest(name, bare)).toEqual({ ID: 'index.docker.io/library/alpine:3.18', Labels: {} });
    const excluded = { kind: 'excluded', reason: 'x' } as const;
    expect(encodeManifest(name, excluded)).toEqual({ ExcludedReason: 'x' });
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
      Tags: ['a', '', 3],
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
