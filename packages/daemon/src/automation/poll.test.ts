import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import { parseFreeze } from '@fluxctl/shared/policy/freeze';
import { parseResourceId } from '@fluxctl/shared/resource/resource-id';
import { expect, it } from 'vitest';
import { knownImages } from '../../test/fakes/known-images.ts';
import { isCandidate, pollImages } from './poll.ts';

const now = new Date('2026-01-10T00:00:00Z');
const id = parseResourceId('demo:deployment/docker-nodejs-demo');
const named = (name: string, image: string) => ({ name, image: parseImageRef(image) });

it.each([
  { policies: { automated: 'true' }, candidate: true },
  { policies: { automated: 'true', ignore: 'sync_only' }, candidate: true },
  { policies: { automated: 'yes' }, candidate: false },
  { policies: { automated: 'true', locked: 'true' }, candidate: false },
  { policies: { automated: 'true', ignore: 'true' }, candidate: false },
  { policies: {}, candidate: false },
])('$policies: a candidate is $candidate', ({ policies, candidate }) => {
  expect(isCandidate(policies)).toBe(candidate);
});

it('writes the line of the walk-through, and the spec', () => {
  const image = 'wardviaene/docker-nodejs-demo';
  const images = knownImages({
    [image]: { '1.0.1': '2020-01-23T12:29:44.989057983Z', '1.0.2': '2020-01-23T12:08:04.619877884Z' },
  });
  const policies = { automated: 'true', 'tag.docker-nodejs-demo': 'semver:~1.0.0' };
  const containers = [named('docker-nodejs-demo', `${image}:1.0.1`)];
  const { update, lines } = pollImages([{ id, containers, policies }], images, { now });
  expect(Object.entries(lines[0] ?? {})).toEqual([
    ['workload', id],
    ['container', 'docker-nodejs-demo'],
    ['repo', image],
    ['pattern', 'semver:~1.0.0'],
    ['current', `${image}:1.0.1`],
    ['info', 'added update to automation run'],
    ['new', `${image}:1.0.2`],
    [
      'reason',
      'latest 1.0.2 (2020-01-23 12:08:04.619877884 +0000 UTC) > current 1.0.1 (2020-01-23 12:29:44.989057983 +0000 UTC)',
    ],
  ]);
  expect(update).toEqual({
    Changes: [
      {
        WorkloadID: id,
        Container: { Name: 'docker-nodejs-demo', Image: `${image}:1.0.1` },
        ImageID: `${image}:1.0.2`,
      },
    ],
  });
});

it('[daemon 44] [manifests A4] the newest by time, or by version', () => {
  const images = knownImages({ x: { '1': '2026-01-01', '2': '2026-01-03', '3': '2026-01-02' } });
  const containers = [named('a', 'x:1'), named('b', 'docker.io/library/x:1')];
  const { update } = pollImages([{ id, containers, policies: { 'tag.b': 'semver:*' } }], images, { now });
  expect(update.Changes.map(({ ImageID }) => ImageID)).toEqual(['x:2', 'docker.io/library/x:3']);
});

it('[daemon 45] [manifests A2] [manifests A3] passes over what cannot be told, with a warning', () => {
  const images = knownImages({
    untagged: { '1': '2026-01-01', '': '2026-01-03' },
    'old-zero': { '1': '', '2': '2026-01-02' },
    'new-zero': { '1.0': '2026-01-01', '1.1': '' },
    inconsistent: { '1': '2026-01-01', '2': { state: 'unseen' } },
  });
  const containers = [
    named('a', 'untagged:1'),
    named('b', 'old-zero:1'),
    named('c', 'new-zero:1.0'),
    named('d', 'inconsistent:1'),
    named('e', 'nowhere:1'),
  ];
  const result = pollImages([{ id, containers, policies: { 'tag.c': 'semver:^1.0' } }], images, { now });
  expect(result.update.Changes.map(({ ImageID }) => ImageID)).toEqual(['new-zero:1.1']);
  expect(result.lines.map((line) => line['warning'])).toEqual([
    'untagged image in available images',
    'image with zero created timestamp',
    undefined,
    'inconsistent repository metadata: missing metadata for image tag "2"',
  ]);
  expect(result.lines[1]).toEqual({
    workload: id,
    container: 'b',
    repo: 'old-zero',
    pattern: 'glob:*',
    current: 'old-zero:1 (0001-01-01 00:00:00 +0000 UTC)',
    warning: 'image with zero created timestamp',
    latest: 'old-zero:2 (2026-01-02 00:00:00 +0000 UTC)',
    action: 'skip container',
  });
  expect(result.lacking).toEqual([{ name: parseImageRef('inconsistent:1'), tags: ['2'] }]);
});

it('[daemon 15] stays inside each pattern', () => {
  const images = knownImages({
    x: { '1.0.1': '2026-01-01', '1.1.0': '2026-01-02', 'dev-1': '2026-01-03', 'dev-2': '2026-01-04' },
  });
  const containers = [named('a', 'x:1.0.0'), named('b', 'x:dev-1')];
  const policies = { 'tag.a': 'semver:~1.0', 'tag.b': 'glob:dev-*' };
  const { update } = pollImages([{ id, containers, policies }], images, { now });
  expect(update.Changes.map(({ ImageID }) => ImageID)).toEqual(['x:1.0.1', 'x:dev-2']);
});

it.each([
  { freeze: parseFreeze('Sat 00:00-Sun 00:00'), policies: {}, because: 'the daemon is frozen' },
  { freeze: undefined, policies: { freeze: 'Fri 16:00-Mon 08:00' }, because: 'the workload is' },
  { freeze: undefined, policies: { freeze: 'weekends' }, because: 'nobody knows when it is' },
])('changes nothing while $because', ({ freeze, policies }) => {
  const images = knownImages({ x: { '1': '2026-01-01', '2': '2026-01-02' } });
  const result = pollImages([{ id, containers: [named('a', 'x:1')], policies }], images, { now, freeze });
  expect(result.update.Changes).toEqual([]);
});

it('names nonsense once for a workload', () => {
  const policies = { 'tag.a': 'regexp:*', 'tag.b': 'semver:zork', 'allow-downgrade': 'perhaps', freeze: '?' };
  const containers = [named('a', 'x:1'), named('b', 'x:1')];
  const { problems } = pollImages([{ id, containers, policies }], knownImages({}), { now });
  expect(problems.map(({ policy }) => policy).sort()).toEqual([
    'allow-downgrade',
    'freeze',
    'tag.a',
    'tag.b',
  ]);
});
