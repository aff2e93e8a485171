import { describe, expect, it } from 'vitest';
import { compareForApply, kindRank } from './kind-rank.ts';

describe('order of applying', () => {
  it('[daemon 31] puts a Namespace before a Secret before a Deployment', () => {
    const objects = ['Deployment', 'Secret', 'Namespace'].map((kind) => ({ kind, name: 'x' }));
    expect(objects.toSorted(compareForApply).map(({ kind }) => kind)).toEqual([
      'Namespace',
      'Secret',
      'Deployment',
    ]);
  });

  it.each([
    ['Namespace', 0],
    ['CustomResourceDefinition', 1],
    ['Service', 1],
    ['configmap', 2],
    ['CronJob', 3],
    ['HelmRelease', 4],
    ['NetworkPolicy', 4],
  ])('ranks %s %i', (kind, rank) => {
    expect(kindRank(kind)).toBe(rank);
  });

  it('goes by name inside a rank', () => {
    const objects = [
      { kind: 'Secret', name: 'b' },
      { kind: 'ConfigMap', name: 'c' },
      { kind: 'ConfigMap', name: 'a' },
    ];
    expect(objects.toSorted(compareForApply).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
