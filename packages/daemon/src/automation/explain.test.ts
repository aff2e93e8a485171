import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { describe, expect, it } from 'vitest';
import { knownImages } from '../../test/fakes/known-images.ts';
import { type ExplainQuestion, explainWorkload } from './explain.ts';

const images = knownImages({ x: { '1': '2026-01-01', '2': '2026-01-02' } });
const question: ExplainQuestion = {
  id: parseResourceId('demo:deployment/a'),
  containers: [{ name: 'c', image: parseImageRef('x:1') }],
  policies: { automated: 'true' },
  readonly: false,
  now: new Date('2026-01-10T00:00:00Z'),
};

it('says what is taken next, and what it was chosen from', () => {
  expect(explainWorkload(question, images)).toEqual({
    workload: 'demo:deployment/a',
    policies: { automated: 'true' },
    obstacles: [],
    containers: [
      {
        name: 'c',
        image: 'x:1',
        pattern: 'glob:*',
        order: 'created',
        next: '2',
        obstacles: [],
        candidates: [
          { tag: '2', createdAt: '2026-01-02T00:00:00Z', verdict: 'taken', reason: '' },
          { tag: '1', createdAt: '2026-01-01T00:00:00Z', verdict: 'current', reason: '' },
        ],
      },
    ],
  });
});

describe('obstacles of the workload', () => {
  it.each([
    { change: { policies: undefined }, kind: 'not-in-git', reason: 'git does not define the workload' },
    { change: { policies: {} }, kind: 'not-automated', reason: 'it is not automated' },
    { change: { readonly: true }, kind: 'read-only', reason: 'the daemon may not write to git' },
    {
      change: { policies: { automated: 'true', locked: 'true', locked_user: 'Ann', locked_msg: 'release' } },
      kind: 'locked',
      reason: 'locked by Ann: release',
    },
    {
      change: { policies: { automated: 'true', ignore: 'true' } },
      kind: 'ignored',
      reason: 'its manifest says fluxcd.io/ignore: "true"',
    },
    {
      change: { policies: { automated: 'true', freeze: 'Fri 16:00-Mon 08:00 Europe/Berlin' } },
      kind: 'frozen',
      reason: 'frozen until 2026-01-12T07:00:00Z by Fri 16:00-Mon 08:00 Europe/Berlin',
    },
  ])('$kind', ({ change, kind, reason }) => {
    const { obstacles, containers } = explainWorkload({ ...question, ...change }, images);
    expect(obstacles).toEqual([expect.objectContaining({ kind, reason })]);
    expect(containers[0]?.next).toBe('');
  });
});

it.each([
  { image: 'nowhere:1', policies: {}, kind: 'not-scanned' },
  { image: 'x@sha256:abc', policies: {}, kind: 'pinned' },
  { image: 'x:gone', policies: {}, kind: 'registry' },
  { image: 'x:2', policies: { 'tag.c': 'regexp:*' }, kind: 'bad-policy' },
])('obstacle of a container: $kind', ({ image, policies, kind }) => {
  const containers = [{ name: 'c', image: parseImageRef(image) }];
  const explained = explainWorkload(
    { ...question, containers, policies: { automated: 'true', ...policies } as ExplainQuestion['policies'] },
    images,
  );
  expect(explained.containers[0]?.obstacles.map((obstacle) => obstacle.kind)).toEqual([kind]);
});
