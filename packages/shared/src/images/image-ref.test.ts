import { describe, expect, it } from 'vitest';
import {
  canonicalName,
  canonicalRef,
  type ImageRef,
  parseImageRef,
  parseImageSpec,
  printImageRef,
  registryHost,
  tryParseImageRef,
  withTag,
  writeImageRef,
} from './image-ref.ts';

const ref = (domain: string, path: string, tag = '', sha256 = ''): ImageRef => ({
  domain,
  path,
  tag,
  sha256,
});
const digest = '599f0d8a2f6d8c1b0a4f3e2d1c0b9a8f7e6d5c4b3a2918070605040302010099';

describe('parseImageRef', () => {
  it.each([
    { text: 'alpine', parts: ref('', 'alpine'), canonical: 'index.docker.io/library/alpine' },
    { text: 'library/alpine', parts: ref('', 'library/alpine'), canonical: 'index.docker.io/library/alpine' },
    {
      text: 'alpine:mytag',
      parts: ref('', 'alpine', 'mytag'),
      canonical: 'index.docker.io/library/alpine:mytag',
    },
    {
      text: 'docker.io/library/alpine',
      parts: ref('docker.io', 'library/alpine'),
      canonical: 'index.docker.io/library/alpine',
    },
    {
      text: 'docker.io/library/alpine:mytag',
      parts: ref('docker.io', 'library/alpine', 'mytag'),
      canonical: 'index.docker.io/library/alpine:mytag',
    },
    {
      text: 'docker.io/alpine',
      parts: ref('docker.io', 'alpine'),
      canonical: 'index.docker.io/library/alpine',
    },
    {
      text: 'index.docker.io/alpine',
      parts: ref('index.docker.io', 'alpine'),
      canonical: 'index.docker.io/library/alpine',
    },
    {
      text: 'registry-1.docker.io/alpine',
      parts: ref('registry-1.docker.io', 'alpine'),
      canonical: 'registry-1.docker.io/alpine',
    },
    {
      text: 'localhost:5000/hello:v1.1',
      parts: ref('localhost:5000', 'hello', 'v1.1'),
      canonical: 'localhost:5000/hello:v1.1',
    },
    {
      text: 'example.com:80/hello',
      parts: ref('example.com:80', 'hello'),
      canonical: 'example.com:80/hello',
    },
    {
      text: 'registry:5000/a/hello:1',
      parts: ref('registry:5000', 'a/hello', '1'),
      canonical: 'registry:5000/a/hello:1',
    },
    { text: 'foo:5000/a/bar:v1', parts: ref('foo:5000', 'a/bar', 'v1'), canonical: 'foo:5000/a/bar:v1' },
    {
      text: 'registry:5000/hello',
      parts: ref('', 'registry', '5000/hello'),
      canonical: 'index.docker.io/library/registry:5000/hello',
    },
    {
      text: 'registry/hello:1',
      parts: ref('', 'registry/hello', '1'),
      canonical: 'index.docker.io/registry/hello:1',
    },
    { text: 'mylocalhost/foo:1', parts: ref('mylocalhost', 'foo', '1'), canonical: 'mylocalhost/foo:1' },
    { text: 'foo_bar.com/x', parts: ref('foo_bar.com', 'x'), canonical: 'foo_bar.com/x' },
    {
      text: 'weaveworks/scope/x:1',
      parts: ref('weaveworks', 'scope/x', '1'),
      canonical: 'weaveworks/scope/x:1',
    },
    {
      text: 'kennethreitz/httpbin@sha256:599f',
      parts: ref('', 'kennethreitz/httpbin', '', '599f'),
      canonical: 'index.docker.io/kennethreitz/httpbin',
    },
    {
      text: 'a@sha512:abc',
      parts: ref('', 'a@sha512', 'abc'),
      canonical: 'index.docker.io/library/a@sha512:abc',
    },
  ])(
    '[manifests R1] [manifests R2] reads $text as Flux v1 does, and prints it as it was',
    ({ text, parts, canonical }) => {
      const parsed = parseImageRef(text);
      expect(parsed).toEqual(parts);
      expect(canonicalRef(parsed)).toBe(canonical);
      expect(printImageRef(parsed)).toBe(text);
      expect(writeImageRef(parsed)).toBe(text);
    },
  );

  it('[manifests R3] keeps a digest in the text and leaves it out of the canonical form', () => {
    const parsed = parseImageRef(`a/b@sha256:${digest}`);
    expect(printImageRef(parsed)).toBe(`a/b@sha256:${digest}`);
    expect(canonicalRef(parsed)).toBe('index.docker.io/a/b');
  });

  it('keeps a tag beside a digest, prints as Flux v1 without the tag, and writes both', () => {
    const parsed = parseImageRef('repo/a:tag@sha256:abc');
    expect(parsed).toEqual(ref('', 'repo/a', 'tag', 'abc'));
    expect(printImageRef(parsed)).toBe('repo/a@sha256:abc');
    expect(writeImageRef(parsed)).toBe('repo/a:tag@sha256:abc');
    expect(canonicalRef(parsed)).toBe('index.docker.io/repo/a:tag');
  });

  const malformed = 'expected image name as either <image>:<tag> or just <image>: invalid image ID';
  it.each([
    { text: '', message: 'parsing "": blank image name: invalid image ID' },
    { text: ':tag', message: `parsing ":tag": ${malformed}` },
    { text: 'image:', message: `parsing "image:": ${malformed}` },
    { text: '/leading/slash', message: `parsing "/leading/slash": ${malformed}` },
    { text: 'trailing/slash/', message: `parsing "trailing/slash/": ${malformed}` },
    { text: 'a@sha256:', message: `parsing "a@sha256:": ${malformed}` },
    { text: '@sha256:abc', message: `parsing "@sha256:abc": ${malformed}` },
    { text: 'a:b:c', message: malformed },
    { text: 'registry:5000/hello:1', message: malformed },
  ])('[manifests R4] refuses "$text"', ({ text, message }) => {
    expect(() => parseImageRef(text)).toThrow(expect.objectContaining({ message, type: 'user' }));
    expect(tryParseImageRef(text)).toBeUndefined();
  });

  it('tells the host and one name for all spellings', () => {
    const spellings = ['alpine', 'library/alpine', 'docker.io/alpine', 'index.docker.io/library/alpine:3'];
    for (const spelling of spellings) {
      expect(registryHost(parseImageRef(spelling))).toBe('index.docker.io');
      expect(canonicalName(parseImageRef(spelling))).toBe('index.docker.io/library/alpine');
    }
  });

  it('takes a new tag and leaves the rest as written', () => {
    expect(writeImageRef(withTag(parseImageRef('alpine'), '3.20'))).toBe('alpine:3.20');
    expect(printImageRef(withTag(parseImageRef('a/b:1@sha256:abc'), '2'))).toBe('a/b@sha256:abc');
  });
});

describe('parseImageSpec', () => {
  it.each(['<all latest>', 'image:tag', 'quay.io/a/b:1'])('[manifests R5] takes %s', (text) => {
    expect(parseImageSpec(text)).toBe(text);
  });

  it.each(['image', 'a@sha256:abc', '<invalid spec>'])('[manifests R5] refuses %s', (text) => {
    expect(() => parseImageSpec(text)).toThrow(
      'blank tag (if you want latest, explicitly state the tag :latest): invalid image ID',
    );
  });
});
