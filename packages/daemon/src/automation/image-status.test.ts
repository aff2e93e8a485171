import { parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { Policies } from '@fluxctl/shared/policy/policies';
import { expect, it } from 'vitest';
import { type Known, scanned, unknownRepository } from '../../test/fakes/known-images.ts';
import { containerWithImages, parseContainerFields } from './image-status.ts';

const all = parseContainerFields('');

function status(image: string, policies: Policies, tags: Record<string, Known>, fields = all) {
  return containerWithImages({ name: 'c', image: parseImageRef(image) }, policies, scanned(tags), fields);
}

function counts(container: ReturnType<typeof status>) {
  const { AvailableImagesCount, NewAvailableImagesCount, FilteredImagesCount, NewFilteredImagesCount } =
    container;
  return [AvailableImagesCount, NewAvailableImagesCount, FilteredImagesCount, NewFilteredImagesCount];
}

const unseen = { state: 'unseen' } as const;

it.each([
  {
    n: 'api 12',
    image: 'x:master-a000001',
    policies: {},
    tags: { '3': '2026-01-01', 'master-a000001': '2026-01-02', '2': '2026-01-03' },
    available: ['x:2', 'x:master-a000001', 'x:3'],
    counted: [3, 1, 3, 1],
    latest: 'x:2',
  },
  {
    n: 'api 13',
    image: 'x:latest',
    policies: {},
    tags: { latest: '2026-01-01' },
    available: ['x:latest'],
    counted: [1, undefined, undefined, undefined],
    latest: '',
  },
  {
    n: 'api 14',
    image: 'quay.io/o/x:1.0.0',
    policies: { 'tag.c': 'semver:*' },
    tags: { '0.9.0': '2026-01-03', foo: unseen, '1.2.3': unseen, '1.0.0': '2026-01-01' },
    available: ['quay.io/o/x:1.2.3', 'quay.io/o/x:1.0.0', 'quay.io/o/x:0.9.0', 'quay.io/o/x:foo'],
    counted: [4, 1, 3, 1],
    latest: 'quay.io/o/x:1.2.3',
  },
  {
    n: 'api 12',
    image: 'x:gone',
    policies: { 'tag.c': 'semver:~1' },
    tags: { '1.0': '2026-01-01', '1.1': unseen, '2.0': unseen },
    available: ['x:2.0', 'x:1.1', 'x:1.0'],
    counted: [3, 3, 2, 2],
    latest: 'x:1.1',
  },
])('[$n] $image by $policies', ({ image, policies, tags, available, counted, latest }) => {
  const container = status(image, policies as Policies, tags);
  expect(container.Available?.map(({ ID }) => ID)).toEqual(available);
  expect(counts(container)).toEqual(counted);
  expect(container.LatestFiltered.ID).toBe(latest);
  expect(container.Current.ID).toBe(image);
});

it('[api 9] gives the fields that are asked for, and the two that are always there', () => {
  const fields = parseContainerFields('Name,Current,NewAvailableImagesCount');
  const tags = { '1': '2026-01-01', '2': '2026-01-02' };
  expect(status('x:2', {}, tags, fields)).toEqual({
    Name: 'c',
    Current: expect.objectContaining({ ID: 'x:2', CreatedAt: '2026-01-02T00:00:00Z' }),
    LatestFiltered: { ID: '', Labels: {} },
  });
  expect(status('x:1', {}, tags, fields)).toHaveProperty('NewAvailableImagesCount', 1);
});

it('[api 10] refuses a field that is none', () => {
  expect(() => parseContainerFields('Name,InvalidField')).toThrow('InvalidField is an invalid field');
});

it('keeps the name of the image and says that nothing is known (v1 lost both)', () => {
  const image = { name: 'c', image: parseImageRef('x:1') };
  expect(containerWithImages(image, {}, unknownRepository, all)).toEqual({
    Name: 'c',
    Current: { ID: 'x:1', Labels: {} },
    LatestFiltered: { ID: '', Labels: {} },
    AvailableError: 'image data not available',
  });
});
