import { describe, expect, it } from 'vitest';
import { isSet, policyAnnotations, readIgnore, readPolicies } from './policies.ts';

describe('readPolicies', () => {
  it.each([
    {
      because: 'the usual prefix',
      annotations: { 'fluxcd.io/automated': 'true' },
      policies: { automated: 'true' },
    },
    {
      because: 'the old prefix',
      annotations: { 'flux.weave.works/locked': 'true' },
      policies: { locked: 'true' },
    },
    {
      because: 'a tag filter',
      annotations: { 'filter.fluxcd.io/app': 'glob:1.*' },
      policies: { 'tag.app': 'glob:1.*' },
    },
    {
      because: 'a tag policy',
      annotations: { 'fluxcd.io/tag.app': 'semver:~1' },
      policies: { 'tag.app': 'semver:~1' },
    },
    {
      because: 'values other than true are kept as they are',
      annotations: { 'fluxcd.io/automated': 'yes' },
      policies: { automated: 'yes' },
    },
    {
      because: 'annotations of others are no policies',
      annotations: { 'prometheus.io/scrape': 'true', automated: 'true' },
      policies: {},
    },
    {
      because: 'the newer prefix counts',
      annotations: { 'flux.weave.works/locked': 'true', 'fluxcd.io/locked': 'false' },
      policies: { locked: 'false' },
    },
    {
      because: 'the newer prefix counts in any order',
      annotations: { 'fluxcd.io/locked': 'false', 'flux.weave.works/locked': 'true' },
      policies: { locked: 'false' },
    },
    {
      because: 'a tag policy counts before a filter',
      annotations: { 'filter.fluxcd.io/app': 'glob:a', 'flux.weave.works/tag.app': 'glob:b' },
      policies: { 'tag.app': 'glob:b' },
    },
  ])('reads $because', ({ annotations, policies }) => {
    expect(readPolicies(Object.entries(annotations))).toEqual(policies);
  });

  it('keeps a policy named __proto__ as an own entry', () => {
    const policies = readPolicies([['fluxcd.io/__proto__', 'x']]);
    expect(Object.keys(policies)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

it('tells the keys of a policy in the order in which they count', () => {
  expect(policyAnnotations('locked')).toEqual(['fluxcd.io/locked', 'flux.weave.works/locked']);
  expect(policyAnnotations('tag.app')).toEqual([
    'fluxcd.io/tag.app',
    'flux.weave.works/tag.app',
    'filter.fluxcd.io/app',
  ]);
});

it('takes nothing but true for set', () => {
  expect(isSet({ automated: 'true' }, 'automated')).toBe(true);
  expect(isSet({ automated: 'True' }, 'automated')).toBe(false);
  expect(isSet({}, 'automated')).toBe(false);
});

it.each([
  ['true', 'all'],
  ['sync_only', 'collection'],
  ['false', 'nothing'],
  [undefined, 'nothing'],
] as const)('reads ignore %s as %s', (value, meaning) => {
  expect(readIgnore(value)).toBe(meaning);
});
