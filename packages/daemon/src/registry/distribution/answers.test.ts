import { describe, expect, it } from 'vitest';
import { parseChallenge } from './challenge.ts';
import { parseConfig, parseManifest } from './manifest.ts';
import { readNextPage, readQuota, readRetryAfter } from './response-headers.ts';

const headers = (given: Record<string, string>) => ({ header: (name: string) => given[name] });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('parseChallenge', () => {
  it.each([
    { header: undefined, challenge: { scheme: 'none' } },
    { header: 'Basic realm="Registry"', challenge: { scheme: 'basic' } },
    {
      header:
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="a:b:pull,push"',
      challenge: { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    },
    {
      header: 'Basic realm="x", bearer Realm=https://a/b',
      challenge: { scheme: 'bearer', realm: 'https://a/b', service: '' },
    },
    { header: 'Bearer service="no realm"', challenge: { scheme: 'none' } },
    { header: 'Negotiate', challenge: { scheme: 'none' } },
  ])('reads $header', ({ header, challenge }) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });
});

describe('headers', () => {
  const now = Date.parse('2024-01-01T00:00:00Z');
  it.each([
    { text: '120', ms: 120_000 },
    { text: 'Mon, 01 Jan 2024 00:01:00 GMT', ms: 60_000 },
    { text: 'Sun, 31 Dec 2023 00:00:00 GMT', ms: 0 },
    { text: 'soon', ms: undefined },
  ])('say to wait for $text', ({ text, ms }) => {
    expect(readRetryAfter(headers({ 'retry-after': text }), now)).toBe(ms);
  });

  it('say what is left of Docker Hub’s pulls', () => {
    const told = { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '76;w=21600' };
    expect(readQuota(headers(told))).toEqual({ limit: 100, remaining: 76, window: 21_600 });
    expect(readQuota(headers({}))).toBeUndefined();
  });

  it.each([
    { link: '</v2/a/tags/list?n=2&last=b>; rel="next"', next: '/v2/a/tags/list?n=2&last=b' },
    { link: '<http://inner:5000/v2/a/tags/list?last=b>; rel=next', next: '/v2/a/tags/list?last=b' },
    { link: '</first>; rel="prev", </second>; rel="next"', next: '/second' },
    { link: '</v2/a>; rel="prev"', next: undefined },
    { link: 'nonsense', next: undefined },
  ])('name the next page: $link', ({ link, next }) => {
    const url = new URL('https://quay.io/v2/a/tags/list');
    expect(readNextPage({ ...headers({ link }), url })).toBe(next);
  });
});

describe('parseManifest', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it('reads schema 1, where the facts stand in the history', () => {
    const config = { Labels: { 'org.label-schema.build-date': '2019-01-01T00:00:00Z', other: 'x' } };
    const newest = { id: 'abc', created: '2020-01-23T12:08:04.619877884Z', config };
    const history = [{ v1Compatibility: JSON.stringify(newest) }, { v1Compatibility: '{}' }];
    expect(parseManifest(json({ schemaVersion: 1, history }), 'it')).toEqual({
      kind: 'schema1',
      facts: {
        imageId: 'abc',
        createdAt: '2020-01-23T12:08:04.619877884Z',
        labels: { 'org.label-schema.build-date': '2019-01-01T00:00:00Z' },
      },
    });
  });

  it.each([
    { what: 'a web page', body: '\n<!DOCTYPE html>', message: 'it came as a web page, not as registry data' },
    { what: 'half', body: '{"schemaVersion": 2, "con', message: 'it came as broken or cut-off JSON' },
    { what: 'text', body: 'hello', message: 'it came as no JSON' },
    { what: 'a list', body: '[]', message: 'it came as JSON of another shape' },
    { what: 'an unknown kind', body: '{"schemaVersion": 2}', message: 'it is of a kind that is not known' },
    {
      what: 'a bad digest',
      body: '{"config": {"digest": "../../x"}}',
      message: 'it is of a kind that is not known',
    },
  ])('refuses $what in plain words', ({ body, message }) => {
    expect(() => parseManifest(Buffer.from(body), 'it')).toThrow(message);
  });

  it('reads a configuration without a time, or with one that is none, as of unknown time', () => {
    expect(parseManifest(json({ config: { digest } }), 'it')).toEqual({ kind: 'image', config: digest });
    expect(parseConfig(json({ created: 'yesterday' }), 'it')).toEqual({
      createdAt: '',
      labels: {},
      imageId: '',
    });
    expect(parseConfig(json({ created: '0001-01-01T00:00:00Z', config: null }), 'it').createdAt).toBe('');
  });
});
