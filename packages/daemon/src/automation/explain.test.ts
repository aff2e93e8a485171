import { MissingError, ServerError } from '@fluxctl/shared/errors';
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
  {
    annotation: 'locked',
    policies: { locked: 'yes' },
    reason: '"yes" is none of true, false; it is not locked',
  },
  {
    annotation: 'ignore',
    policies: { ignore: 'sync-only' },
    reason: '"sync-only" is none of true, false, sync_only; it is not ignored',
  },
  {
    annotation: 'tag.misspelt',
    policies: { 'tag.misspelt': 'semver:~1' },
    reason: 'the workload has no container "misspelt"; it has c',
  },
  {
    annotation: 'min-age.',
    policies: { 'min-age.': '2h' },
    reason: 'the workload has no container ""; it has c',
  },
])(
  "names the annotation fluxcd.io/$annotation, which is in nobody's way",
  ({ annotation, policies, reason }) => {
    const asked = { automated: 'true', ...policies } as ExplainQuestion['policies'];
    const { obstacles, containers } = explainWorkload({ ...question, policies: asked }, images);
    const remedy = `Correct the annotation fluxcd.io/${annotation}.`;
    expect(obstacles).toEqual([{ kind: 'bad-policy', reason, remedy }]);
    expect(containers[0]?.next).toBe('2');
  },
);

it('says why the registry cannot be read, and what would change it', () => {
  const cause = new ServerError('quay.io refuses the login', { help: 'Give the workload a pull secret.' });
  const error = new MissingError('item not in cache, last error: quay.io refuses the login', { cause });
  const explained = explainWorkload(question, { imagesOf: () => ({ state: 'unknown', error }) });
  expect(explained.containers[0]?.obstacles).toEqual([
    {
      kind: 'registry',
      reason: 'the registry cannot be read: quay.io refuses the login',
      remedy: 'Give the workload a pull secret.',
    },
  ]);
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
