import { parseTagPattern } from '@fluxctl/shared/policy/tag-pattern';
import { describe, expect, it } from 'vitest';
import { planTags, type TagPlan } from './plan-tags.ts';
import type { TagEntry } from './tag-table.ts';

const now = 1_000_000;
const seen = (refreshAt: number): TagEntry => ({ state: 'missing', fetchedAt: 0, refreshAt });
const known = (refreshAt: number): TagEntry => ({
  state: 'excluded',
  reason: '',
  tagDigest: '',
  fetchedAt: 0,
  refreshAt,
});

function plan(
  tags: string[],
  patterns: string[],
  current: string[] = [],
  entries: Record<string, TagEntry> = {},
): TagPlan {
  const interest = { current: new Set(current), patterns: patterns.map(parseTagPattern) };
  return planTags(tags, (index) => entries[tags[index] ?? ''] ?? { state: 'unseen' }, interest, now);
}

const tagsOf = (tasks: TagPlan['needed']) => tasks.map(({ tag, task }) => `${task} ${tag}`);

describe('planTags', () => {
  it.each([
    {
      because: 'a range of versions needs what runs and the best, for their times',
      tags: ['1.0.0', '1.0.1', '1.0.2', '2.0.0', 'latest'],
      patterns: ['semver:~1.0'],
      current: ['1.0.0'],
      needed: ['fetch 1.0.0', 'fetch 1.0.2'],
    },
    {
      because: 'an order by time needs all that the pattern lets through',
      tags: ['main-a', 'main-b', 'dev-c', 'latest'],
      patterns: ['glob:main-*'],
      current: [],
      needed: ['fetch main-a', 'fetch main-b'],
    },
    {
      because: 'nothing is decided without a pattern',
      tags: ['a', 'b'],
      patterns: [],
      current: ['a'],
      needed: ['fetch a'],
    },
    {
      because: 'what runs may be gone from the registry',
      tags: ['b'],
      patterns: [],
      current: ['a'],
      needed: [],
    },
  ])('$because', ({ tags, patterns, current, needed }) => {
    expect(tagsOf(plan(tags, patterns, current).needed)).toEqual(needed);
  });

  it('looks again at what is due, after what was never seen', () => {
    const entries = { a: known(now), b: known(now + 1), c: seen(now) };
    expect(tagsOf(plan(['a', 'b', 'c', 'd'], ['glob:*'], [], entries).needed)).toEqual([
      'fetch c',
      'fetch d',
      'look a',
    ]);
  });

  it('spends what is spare on the ten that are probably the newest', () => {
    const tags = Array.from({ length: 30 }, (_, i) => `build-${i}`);
    expect(plan(tags, []).spare.map(({ tag }) => tag)).toEqual([
      ...Array.from({ length: 10 }, (_, i) => `build-${20 + i}`),
    ]);
    const versions = ['1.9', '1.10', 'sha-1', 'latest', ...tags];
    expect(plan(versions, []).spare.map(({ tag }) => tag)).toEqual(
      expect.arrayContaining(['1.9', '1.10', 'sha-1']),
    );
  });
});
