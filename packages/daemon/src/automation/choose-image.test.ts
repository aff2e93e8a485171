import { parseImageRef, writeImageRef } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { describe, expect, it } from 'vitest';
import { type Known, scanned, unknownRepository } from '../../test/fakes/known-images.ts';
import { type Choice, chooseImage } from './choose-image.ts';
import { readContainerPolicy } from './container-policy.ts';

const now = new Date('2026-01-10T00:00:00Z');

function choose(current: string, policies: Policies, tags: Record<string, Known>): Choice {
  return chooseImage(parseImageRef(current), readContainerPolicy(policies, 'c'), scanned(tags), now);
}

function summary(choice: Choice): string {
  switch (choice.outcome) {
    case 'update':
      return writeImageRef(choice.to);
    case 'keep':
      return 'keep';
    case 'skip':
      return `skip: ${choice.warning}`;
    case 'unknown':
      return `unknown: ${choice.error.message}`;
    default:
      return choice satisfies never;
  }
}

const dated = { '2': '2026-01-03', '3': '2026-01-02', '1': '2026-01-01' };
const unseen = { state: 'unseen' } as const;

describe('as Flux v1', () => {
  it.each([
    {
      n: '[manifests A1]',
      current: 'x:1',
      policies: {},
      tags: dated,
      chosen: 'x:2',
      because: 'the newest build',
    },
    {
      n: '[manifests A4]',
      current: 'x:1',
      policies: { 'tag.c': 'semver:*' },
      tags: dated,
      chosen: 'x:3',
      because: 'the highest',
    },
    {
      n: '[manifests A3]',
      current: 'x:1',
      policies: {},
      tags: { '1': '', '2': '2026-01-02' },
      chosen: 'skip: image with zero created timestamp',
      because: 'the age of the current image is unknown',
    },
    {
      n: '[manifests A3]',
      current: 'x:1.0',
      policies: { 'tag.c': 'semver:^1.0' },
      tags: { '1.0': '2026-01-01', '1.1': '' },
      chosen: 'x:1.1',
      because: 'versions need no times',
    },
    {
      n: '[manifests A2]',
      current: 'x:1',
      policies: {},
      tags: { '': '2026-01-02', '1': '2026-01-01' },
      chosen: 'skip: untagged image in available images',
      because: 'the newest has no tag',
    },
    {
      n: '[manifests T13]',
      current: 'x:v',
      policies: {},
      tags: { v: '2026-01-01', latest: '2026-01-02' },
      chosen: 'keep',
      because: 'latest is no candidate',
    },
    {
      n: '[manifests T13]',
      current: 'x:v',
      policies: { 'tag.c': 'latest' },
      tags: { v: '2026-01-01', latest: '2026-01-02' },
      chosen: 'x:latest',
      because: 'latest was asked for',
    },
    {
      n: '[manifests T14]',
      current: 'x:v1',
      policies: { 'tag.c': 'semver:*' },
      tags: { v1: '', v2: '', latest: unseen, v9: unseen },
      chosen: 'x:v9',
      because: 'versions need no metadata (better than v1)',
    },
    {
      n: '[manifests T14]',
      current: 'x:v1',
      policies: { 'tag.c': 'v*' },
      tags: { v1: '2026-01-01', latest: unseen, v9: unseen },
      chosen: 'skip: inconsistent repository metadata: missing metadata for image tag "v9"',
      because: 'its time decides',
    },
    {
      n: '§5.4',
      current: 'x:gone',
      policies: {},
      tags: dated,
      chosen: 'skip: image with zero created timestamp',
      because: 'the current tag is not listed',
    },
    {
      n: '§5.4',
      current: 'x:9',
      policies: { 'tag.c': 'semver:*' },
      tags: dated,
      chosen: 'x:3',
      because: 'so is this one, but versions go ahead',
    },
    {
      n: '§5.4',
      current: 'x:2',
      policies: { 'tag.c': '1*' },
      tags: dated,
      chosen: 'x:1',
      because: 'the current one does not match',
    },
    {
      n: '§5.4',
      current: 'x',
      policies: {},
      tags: dated,
      chosen: 'skip: image with zero created timestamp',
      because: 'untagged',
    },
    { n: '§5.4', current: 'x:1', policies: {}, tags: {}, chosen: 'keep', because: 'there are no candidates' },
    {
      n: '§5.4',
      current: 'x:1',
      policies: {},
      tags: { ...dated, arm: { excluded: 'no suitable manifest' } },
      chosen: 'x:2',
      because: 'an image for other machines is passed over (v1 stops)',
    },
    {
      n: '§5.4',
      current: 'x:1',
      policies: {},
      tags: { ...dated, ghost: { state: 'missing' as const } },
      chosen: 'x:2',
      because: 'so is a tag without image',
    },
  ])('$n $because', ({ current, policies, tags, chosen }) => {
    expect(summary(choose(current, policies as Policies, tags))).toBe(chosen);
  });

  it('tells the reason as the walk-through has it', () => {
    const choice = choose(
      'x:1.0.1',
      { 'tag.c': 'semver:~1.0.0' },
      {
        '1.0.1': '2020-01-23T12:29:44.989057983Z',
        '1.0.2': '2020-01-23T12:08:04.619877884Z',
      },
    );
    expect(choice).toMatchObject({
      outcome: 'update',
      reason:
        'latest 1.0.2 (2020-01-23 12:08:04.619877884 +0000 UTC) > current 1.0.1 (2020-01-23 12:29:44.989057983 +0000 UTC)',
    });
  });

  it('says that nothing is known', () => {
    const policy = readContainerPolicy({}, 'c');
    expect(summary(chooseImage(parseImageRef('x:1'), policy, unknownRepository, now))).toBe(
      'unknown: item not in cache',
    );
  });
});

describe('opt-in', () => {
  const builds = { 'build-9': unseen, 'build-10': unseen, main: unseen };
  const captured = { 'tag.c': 'regexp:^build-(?P<n>[0-9]+)$' };
  const old = { '1': '2026-01-01', '2': '2026-01-08', '3': '2026-01-09T23:00:00Z' };
  const digest = (tag: string, time: string) =>
    Buffer.from(`${tag}@${time}`).toString('hex').padEnd(64, '0').slice(0, 64);
  it.each([
    {
      because: 'by number',
      current: 'x:build-9',
      policies: { ...captured, 'order.c': 'numeric' },
      tags: builds,
      chosen: 'x:build-10',
    },
    {
      because: 'by letters',
      current: 'x:build-10',
      policies: { ...captured, 'order.c': 'alphabetical' },
      tags: builds,
      chosen: 'x:build-9',
    },
    {
      because: 'versions inside of tags',
      current: 'x:app-1.9',
      policies: { 'tag.c': 'regexp:^app-(.*)$', 'order.c': 'semver' },
      tags: { 'app-1.9': unseen, 'app-1.10': unseen, 'app-x': unseen },
      chosen: 'x:app-1.10',
    },
    {
      because: 'versions by time',
      current: 'x:1',
      policies: { 'tag.c': 'semver:*', 'order.c': 'created' },
      tags: dated,
      chosen: 'x:2',
    },
    {
      because: 'an order that is none is as if there were none',
      current: 'x:1',
      policies: { 'order.c': 'zork' },
      tags: dated,
      chosen: 'x:2',
    },
    { because: 'held', current: 'x:1', policies: { 'hold.c': '2' }, tags: dated, chosen: 'x:3' },
    { because: 'all held', current: 'x:1', policies: { 'hold.c': '2, 3' }, tags: dated, chosen: 'keep' },
    { because: 'two hours old', current: 'x:1', policies: { 'min-age.c': '2h' }, tags: old, chosen: 'x:2' },
    {
      because: 'half an hour old',
      current: 'x:1',
      policies: { 'min-age.c': '30m' },
      tags: old,
      chosen: 'x:3',
    },
    {
      because: 'an age that is none keeps everything',
      current: 'x:1',
      policies: { 'min-age.c': 'soon' },
      tags: old,
      chosen: 'keep',
    },
    {
      because: 'one that is too young stays where somebody released it, though',
      current: 'x:3',
      policies: { 'tag.c': 'semver:*', 'min-age.c': '2h' },
      tags: old,
      chosen: 'keep',
    },
    {
      because: 'by build times too',
      current: 'x:3',
      policies: { 'min-age.c': '2h' },
      tags: old,
      chosen: 'keep',
    },
    {
      because: 'but gives way to a newer one that is old enough',
      current: 'x:1',
      policies: { 'tag.c': 'semver:*', 'min-age.c': '2h' },
      tags: { ...old, '1': '2026-01-09T23:59:00Z' },
      chosen: 'x:2',
    },
    {
      because: 'an age needs times, for versions too',
      current: 'x:1',
      policies: { 'tag.c': 'semver:*', 'min-age.c': '2h' },
      tags: { '1': '2026-01-01', '2': unseen },
      chosen: 'skip: inconsistent repository metadata: missing metadata for image tag "2"',
    },
    {
      because: 'but not of those below',
      current: 'x:1',
      policies: { 'tag.c': 'semver:*', 'min-age.c': '2h' },
      tags: { '1': unseen, '2': '2026-01-01' },
      chosen: 'x:2',
    },
    {
      because: 'down from an image that is gone',
      current: 'x:gone',
      policies: { 'allow-downgrade': 'true' },
      tags: dated,
      chosen: 'x:2',
    },
    {
      because: 'never down',
      current: 'x:9',
      policies: { 'tag.c': 'semver:*', 'allow-downgrade': 'false' },
      tags: dated,
      chosen: 'keep',
    },
    {
      because: 'never back in time',
      current: 'x:2',
      policies: { 'tag.c': '1*', 'allow-downgrade': 'false' },
      tags: dated,
      chosen: 'keep',
    },
    {
      because: 'the digest is written too',
      current: 'x:1',
      policies: { 'pin.c': 'digest' },
      tags: dated,
      chosen: `x:2@sha256:${digest('2', '2026-01-03')}`,
    },
    {
      because: 'the digest is added',
      current: 'x:2',
      policies: { 'pin.c': 'digest' },
      tags: dated,
      chosen: `x:2@sha256:${digest('2', '2026-01-03')}`,
    },
    {
      because: 'the digest is right',
      current: `x:2@sha256:${digest('2', '2026-01-03')}`,
      policies: { 'pin.c': 'digest' },
      tags: dated,
      chosen: 'keep',
    },
    {
      because: 'tag and digest change together',
      current: 'x:1@sha256:abc',
      policies: {},
      tags: dated,
      chosen: `x:2@sha256:${digest('2', '2026-01-03')}`,
    },
    {
      because: 'a digest alone is not to be moved',
      current: 'x@sha256:abc',
      policies: { 'tag.c': 'semver:*' },
      tags: dated,
      chosen: 'skip: image is pinned by its digest alone',
    },
    {
      because: 'a digest has to be known',
      current: 'x:1',
      policies: { 'tag.c': 'semver:*', 'pin.c': 'digest' },
      tags: { '1': unseen, '2': unseen },
      chosen: 'skip: inconsistent repository metadata: missing metadata for image tag "2"',
    },
  ])('$because', ({ current, policies, tags, chosen }) => {
    expect(summary(choose(current, policies as Policies, tags))).toBe(chosen);
  });

  it('names the annotations that make no sense', () => {
    const policies = {
      'tag.c': 'semver:zork',
      'order.c': 'x',
      'min-age.c': '1',
      'pin.c': 'tag',
      'allow-downgrade': '1',
    };
    expect(readContainerPolicy(policies, 'c').problems.map(({ policy }) => policy)).toEqual([
      'tag.c',
      'order.c',
      'allow-downgrade',
      'min-age.c',
      'pin.c',
    ]);
  });
});

it('says of every candidate why it was passed over', () => {
  const choice = choose(
    'x:1',
    { 'tag.c': 'regexp:^[0-9]|latest', 'hold.c': '5', 'min-age.c': '2h' },
    {
      '1': '2026-01-01',
      '2': '2026-01-02',
      '3': '2026-01-03',
      '5': '2026-01-05',
      '6': '2026-01-09T23:00:00Z',
      '0': '2025-01-01',
      a: '2026-01-06',
      latest: '2026-01-07',
      '8': { excluded: 'no arm64' },
      '9': { state: 'missing' },
      '4': '',
    },
  );
  expect(
    Object.fromEntries(choice.candidates.map(({ tag, verdict, reason }) => [tag, `${verdict}: ${reason}`])),
  ).toEqual({
    '6': 'too-young: until 2026-01-10T01:00:00Z',
    latest: 'no-match: `latest` is taken by the pattern glob:latest alone',
    a: 'no-match: ',
    '5': 'held: ',
    '3': 'taken: ',
    '2': 'older: than 3',
    '1': 'current: ',
    '0': 'older: than 3',
    '8': 'excluded: no arm64',
    '9': 'no-metadata: the registry lists the tag, but has no image for it',
    '4': 'too-young: nobody knows when it was built',
  });
});

it('stands a list of 100,000 tags', () => {
  const tags = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`1.0.${i}`, unseen]));
  expect(summary(choose('x:1.0.0', { 'tag.c': 'semver:~1' }, tags))).toBe('x:1.0.99999');
});

it('stands an expression that is made to explode', () => {
  const tags = { [`${'a'.repeat(100)}!`]: unseen };
  expect(summary(choose('x:1', { 'tag.c': 'regexp:^(a+)+$' }, tags))).toBe('keep');
});
