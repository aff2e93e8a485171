import { parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { describe, expect, it } from 'vitest';
import { createBreather } from '../../waiting/breather.ts';
import type { NeededPattern } from '../image-registry.ts';
import { chooseTags } from './choose-tags.ts';
import type { Places } from './places.ts';

/** The last in the alphabet, as an order of the tags themselves. */
const alphabetical = { name: 'alphabetical', newest: (tags: readonly string[]) => tags.toSorted().at(-1) };

async function choose(
  tags: readonly string[],
  patterns: readonly (string | NeededPattern)[],
  current: string[] = [],
) {
  const parsed = patterns.map((pattern) =>
    typeof pattern === 'string' ? parseTagPattern(pattern) : pattern,
  );
  const interest = { current: new Set(current), patterns: parsed };
  const { needed, shown } = await chooseTags(tags, interest, createBreather());
  const named = (places: Places) => [...places].map((index) => tags[index]);
  return { needed: named(needed), shown: named(shown) };
}

describe('chooseTags', () => {
  it.each<{
    because: string;
    tags: string[];
    patterns: (string | NeededPattern)[];
    current: string[];
    needed: string[];
  }>([
    {
      because: 'a range of versions needs what runs and the best, for their times',
      tags: ['1.0.0', '1.0.1', '1.0.2', '2.0.0', 'latest'],
      patterns: ['semver:~1.0'],
      current: ['1.0.0'],
      needed: ['1.0.0', '1.0.2'],
    },
    {
      because: 'of two equal versions the one that is written out is the best',
      tags: ['1.10', '1.10.0', '1.9'],
      patterns: ['semver:*'],
      current: [],
      needed: ['1.10.0'],
    },
    {
      because: 'each range has its best',
      tags: ['1.0.0', '1.1.0', '2.0.0', '2.1.0'],
      patterns: ['semver:^1', 'semver:^2'],
      current: [],
      needed: ['1.1.0', '2.1.0'],
    },
    {
      because: 'an order by time needs all that the pattern lets through',
      tags: ['main-a', 'main-b', 'dev-c', 'latest'],
      patterns: ['glob:main-*'],
      current: [],
      needed: ['main-a', 'main-b'],
    },
    {
      because: 'an order of the tags themselves needs the best of them only',
      tags: ['main-a', 'main-c', 'main-b', 'other-d'],
      patterns: [{ ...parseTagPattern('glob:main-*'), order: alphabetical }],
      current: ['main-b'],
      needed: ['main-c', 'main-b'],
    },
    {
      because: 'an order of the tags may find nothing that has a place in it',
      tags: ['main-a'],
      patterns: [{ ...parseTagPattern('glob:*'), order: { name: 'none', newest: () => undefined } }],
      current: [],
      needed: [],
    },
    {
      because: 'a range of versions in the order of time needs all of them',
      tags: ['1.0.0', '1.0.1', '2.0.0'],
      patterns: [{ ...parseTagPattern('semver:~1.0'), order: { name: 'created' } }],
      current: [],
      needed: ['1.0.0', '1.0.1'],
    },
    {
      because: 'nothing is decided without a pattern',
      tags: ['a', 'b'],
      patterns: [],
      current: ['a'],
      needed: ['a'],
    },
    {
      because: 'what runs may be gone from the registry',
      tags: ['b'],
      patterns: [],
      current: ['a'],
      needed: [],
    },
    {
      because: 'names of built-in things are tags like any other',
      tags: ['__proto__', 'constructor', 'toString'],
      patterns: ['glob:*o*'],
      current: ['toString'],
      needed: ['__proto__', 'constructor', 'toString'],
    },
  ])('$because', async ({ tags, patterns, current, needed }) => {
    expect((await choose(tags, patterns, current)).needed).toEqual(needed);
  });

  it('shows the ten that are probably the newest, but for those that are needed', async () => {
    const tags = Array.from({ length: 30 }, (_, i) => `build-${i}`);
    expect((await choose(tags, [])).shown).toEqual(Array.from({ length: 10 }, (_, i) => `build-${20 + i}`));
    const versions = ['1.9', '1.10', 'sha-1', 'latest', ...tags];
    expect((await choose(versions, [])).shown).toEqual(['1.9', '1.10', 'sha-1', 'latest', ...tags.slice(24)]);
    const { needed, shown } = await choose(versions, ['semver:*']);
    expect([needed, shown.includes('1.10'), shown.length]).toEqual([['1.10'], false, 9]);
  });

  it('lets others have a turn when there are very many', async () => {
    const tags = Array.from({ length: 100_000 }, (_, i) => `v1.${i}.0`);
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const { needed } = await choose(tags, ['semver:^1', 'regexp:^v2']);
    clearInterval(counting);
    expect(needed).toEqual(['v1.99999.0']);
    expect(turns).toBeGreaterThan(1);
  });
});
