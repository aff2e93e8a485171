import { describe, expect, it } from 'vitest';
import { isRepositoryName, isTag, parseRoute } from './route.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseRoute', () => {
  it.each([
    ['/v2/', { kind: 'ping' }],
    ['/v2', { kind: 'ping' }],
    ['/token', { kind: 'token' }],
    ['/v2/_catalog', { kind: 'catalog' }],
    ['/v2/alpine/tags/list', { kind: 'tags', repository: 'alpine' }],
    ['/v2/a/b/c/tags/list', { kind: 'tags', repository: 'a/b/c' }],
    ['/v2/a/b/manifests/1.0', { kind: 'manifest', repository: 'a/b', reference: '1.0' }],
    [`/v2/a/b/manifests/${digest}`, { kind: 'manifest', repository: 'a/b', reference: digest }],
    ['/v2/a/b/manifests/sha256%3Aabc', { kind: 'manifest', repository: 'a/b', reference: 'sha256:abc' }],
    ['/v2/a/manifests/b/manifests/c', { kind: 'manifest', repository: 'a/manifests/b', reference: 'c' }],
    [`/v2/a/blobs/${digest}`, { kind: 'blob', repository: 'a', reference: digest }],
    ['/v2/a/blobs/uploads/', { kind: 'upload', repository: 'a' }],
    ['/v2/a/blobs/uploads/id', { kind: 'upload', repository: 'a', reference: 'id' }],
    ['/v2/a/tags/other', { kind: 'other' }],
    ['/v1/_ping', { kind: 'other' }],
    ['/v2/a/manifests/%ff', { kind: 'other' }],
    ['/', { kind: 'other' }],
  ])('%s', (path, route) => {
    expect(parseRoute(path)).toEqual(route);
  });
});

it.each([
  ['alpine', true],
  ['team/app_x/y.z/a--b', true],
  ['a__b', true],
  ['Team/app', false],
  ['team//app', false],
  ['-app', false],
  ['a___b', false],
  [`${'a'.repeat(256)}`, false],
])('is %s the name of a repository: %s', (name, expected) => {
  expect(isRepositoryName(name)).toBe(expected);
});

it.each([
  ['1.0.1', true],
  ['_x', true],
  ['.x', false],
  ['a b', false],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['', false],
])('is %j a tag: %s', (tag, expected) => {
  expect(isTag(tag)).toBe(expected);
});
