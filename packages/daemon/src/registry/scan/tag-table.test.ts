import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { expect, it } from 'vitest';
import { type TagEntry, TagTable } from './tag-table.ts';

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const looks = { fetchedAt: 1_600_000_000, refreshAt: 1_600_003_600 };
const known = (n: number, created = '2020-01-23T12:08:04.619877884Z'): TagEntry => ({
  state: 'known',
  image: {
    tagDigest: digest(n),
    digest: digest(n + 1),
    imageId: digest(n + 2),
    labels: { 'org.label-schema.build-date': '2020-01-23T12:08:04Z' },
    createdAt: parseTimestamp(created) ?? zeroTime,
  },
  ...looks,
});

it.each<{ what: string; entry: TagEntry }>([
  { what: 'an image', entry: known(7) },
  { what: 'an image without a time', entry: known(7, '') },
  { what: 'an image from long ago', entry: known(7, '1969-12-31T23:59:59.5Z') },
  {
    what: 'an excluded tag',
    entry: { state: 'excluded', reason: 'because', tagDigest: digest(3), ...looks },
  },
  { what: 'a missing manifest', entry: { state: 'missing', ...looks } },
  { what: 'nothing', entry: { state: 'unseen' } },
])('gives back $what as it was written', ({ entry }) => {
  const { table } = new TagTable().renamed(['a', 'b', 'c']);
  table.write(1, 'b', entry);
  expect(table.read(1, 'b')).toEqual(entry);
  expect([table.read(0, 'a').state, table.read(2, 'c').state]).toEqual(['unseen', 'unseen']);
});

it('keeps what is known when the list changes, and leaves the old table to its readers', () => {
  const { table: before } = new TagTable().renamed(['1', '2', '3']);
  before.write(0, '1', known(10));
  before.write(2, '3', known(20));
  const { table, added, removed } = before.renamed(['3', '4', '1']);
  expect(added).toEqual(['4']);
  expect(removed).toEqual([['2', 1]]);
  expect(table.names()).toEqual(['3', '4', '1']);
  expect([table.read(0, '3'), table.read(1, '4'), table.read(2, '1')]).toEqual([
    known(20),
    { state: 'unseen' },
    known(10),
  ]);
  expect(before.read(2, '3')).toEqual(known(20));
  expect(table.renamed(['3', '4', '1']).table).toBe(table);
  expect(table.renamed([]).table.names()).toEqual([]);
});

it('finds an image by its digest', () => {
  const { table } = new TagTable().renamed(['1', '2']);
  expect(table.find(digest(20))).toBeUndefined();
  table.write(1, '2', known(20));
  expect(table.find(digest(20))).toBe(1);
  expect(table.find(digest(21))).toBeUndefined();
  expect(table.find('')).toBeUndefined();
});

it('forgets the details of old images, never what decisions need', () => {
  const { table } = new TagTable().renamed(['old', 'new']);
  table.write(0, 'old', known(10, '2019-01-01T00:00:00Z'));
  table.write(1, 'new', known(20, '2020-01-01T00:00:00Z'));
  table.trim(1);
  expect(table.read(1, 'new')).toEqual(known(20, '2020-01-01T00:00:00Z'));
  expect(table.read(0, 'old')).toMatchObject({
    image: {
      tagDigest: digest(10),
      createdAt: '2019-01-01T00:00:00.000000000Z',
      digest: '',
      imageId: '',
      labels: {},
    },
  });
  expect(table.known()).toBe(2);
});
