import { describe, expect, it } from 'vitest';
import type { Deployment, ReplicaSet } from '../../objects.ts';
import { nextSizeOfNew, nextSizesOfOld, proportionalSizes, slackOf } from './replica-counts.ts';

function deployment(replicas: number, strategy: Deployment['spec']['strategy'] = {}): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'a' },
    spec: { replicas, strategy, selector: {}, template: { spec: { containers: [] } } },
  };
}

function set(replicas: number, availableReplicas = replicas): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${replicas}` },
    spec: { replicas, selector: {}, template: { spec: { containers: [] } } },
    status: { availableReplicas },
  };
}

describe('slackOf', () => {
  it.each([
    {
      replicas: 10,
      rollingUpdate: undefined,
      slack: { surge: 3, unavailable: 2 },
      because: 'surge is rounded up, the other down',
    },
    {
      replicas: 1,
      rollingUpdate: undefined,
      slack: { surge: 1, unavailable: 0 },
      because: 'one replica is never missing',
    },
    {
      replicas: 4,
      rollingUpdate: { maxSurge: 0, maxUnavailable: 0 },
      slack: { surge: 0, unavailable: 1 },
      because: 'a step must be possible',
    },
    {
      replicas: 4,
      rollingUpdate: { maxSurge: '50%', maxUnavailable: 1 },
      slack: { surge: 2, unavailable: 1 },
      because: 'numbers and shares mix',
    },
  ])('$because', ({ replicas, rollingUpdate, slack }) => {
    expect(slackOf(deployment(replicas, rollingUpdate ? { rollingUpdate } : {}))).toEqual(slack);
  });
});

describe('nextSizeOfNew', () => {
  const slack = { surge: 1, unavailable: 1 };
  it.each([
    { wanted: 3, old: [3], size: 0, next: 1, because: 'one more than wanted may run' },
    { wanted: 3, old: [2], size: 1, next: 2, because: 'what the old set gave up is taken' },
    { wanted: 3, old: [3, 1], size: 0, next: 0, because: 'there is no room' },
    { wanted: 3, old: [], size: 0, next: 3, because: 'the first rollout starts in full' },
    { wanted: 2, old: [], size: 5, next: 2, because: 'it never stays larger than wanted' },
  ])('$because', ({ wanted, old, size, next }) => {
    const all = [...old.map((count) => set(count)), ...(size > 0 ? [set(size)] : [])];
    expect(nextSizeOfNew(deployment(wanted), slack, all, size)).toBe(next);
  });
});

describe('nextSizesOfOld', () => {
  const slack = { surge: 1, unavailable: 0 };
  it.each([
    {
      wanted: 3,
      fresh: set(1, 0),
      old: [set(3)],
      next: [3],
      because: 'nothing can be spared before the new pod is ready',
    },
    {
      wanted: 3,
      fresh: set(1, 1),
      old: [set(3)],
      next: [2],
      because: 'a ready pod makes an old one superfluous',
    },
    {
      wanted: 3,
      fresh: set(1, 0),
      old: [set(3, 0)],
      next: [3],
      because: 'useless pods stay while as many are wanted',
    },
    { wanted: 3, fresh: set(3, 3), old: [set(1), set(1)], next: [0, 0], because: 'at the end all go' },
    {
      wanted: 2,
      fresh: set(2, 0),
      old: [set(2, 0), set(2, 2)],
      next: [0, 2],
      because: 'useless pods go first',
    },
  ])('$because', ({ wanted, fresh, old, next }) => {
    const sizes = nextSizesOfOld(deployment(wanted), slack, fresh, old);
    expect(old.map((each) => sizes.get(each))).toEqual(next);
  });
});

describe('proportionalSizes', () => {
  it.each([
    { sizes: [5, 5], total: 20, next: [10, 10], because: 'each keeps its share' },
    { sizes: [2, 1], total: 7, next: [5, 2], because: 'the largest takes the rest' },
    { sizes: [4, 2], total: 0, next: [0, 0], because: 'scaling to zero stops them all' },
  ])('$because', ({ sizes, total, next }) => {
    const sets = sizes.map((size) => set(size));
    const result = proportionalSizes(sets, total);
    expect(sets.map((each) => result.get(each))).toEqual(next);
  });
});
