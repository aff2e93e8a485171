import { parseTimestamp, zeroTime } from '@fluxctl/shared/timestamp';
import { expect, it } from 'vitest';
import { createBreather } from '../../waiting/breather.ts';
import { type TagEntry, TagTable } from './tag-table.ts';

const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const breathe = createBreather();
const tableOf = async (...names: string[]) => (await new TagTable().renamed(names, breathe)).table;
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
  { what: 'an image from the end of time', entry: known(7, '9999-12-31T23:59:59.999999999Z') },
  { what: 'an image from the beginning', entry: known(7, '0000-01-01T00:00:00.000000001Z') },
  { what: 'nothing', entry: { state: 'unseen' } },
])('gives back $what as it was written', async ({ entry }) => {
  const table = await tableOf('a', 'b', 'c');
  table.write(1, 'b', entry);
  expect(table.read(1, 'b')).toEqual(entry);
  expect([table.read(0, 'a').state, table.read(2, 'c').state]).toEqual(['unseen', 'unseen']);
});

it('keeps what is known when the list changes, and leaves the old table to its readers', async () => {
  const before = await tableOf('1', '2', '3');
  before.write(0, '1', known(10));
  before.write(2, '3', known(20));
  const { table, added, removed } = await before.renamed(['3', '4', '1'], breathe);
  expect(added).toEqual(['4']);
  expect(removed).toEqual([['2', 1]]);
  expect(table.names()).toEqual(['3', '4', '1']);
  expect([table.read(0, '3'), table.read(1, '4'), table.read(2, '1')]).toEqual([
    known(20),
    { state: 'unseen' },
    known(10),
  ]);
  expect(before.read(2, '3')).toEqual(known(20));
  expect((await table.renamed(['3', '4', '1'], breathe)).table).toBe(table);
  expect((await table.renamed([], breathe)).table.names()).toEqual([]);
});

it('is the same for those who ask, whether few or most of its tags are known', async () => {
  const names = Array.from({ length: 10 }, (_, n) => `t${n}`);
  const few = await tableOf(...names);
  const most = await tableOf(...names);
  most.write(3, 't3', known(30));
  most.reserve(9);
  for (const table of [few, most]) {
    for (const n of [3, 7]) table.write(n, `t${n}`, known(n * 10));
    expect(table.known()).toBe(2);
    expect(table.find(digest(70))).toBe(7);
    expect(table.find(digest(71))).toBeUndefined();
    expect(names.map((name, index) => table.read(index, name).state)).toEqual(
      names.map((_, n) => (n === 3 || n === 7 ? 'known' : 'unseen')),
    );
    expect(table.due(1, 0)).toBe('fetch');
    const { table: next } = await table.renamed(['t7', 'new', 't3'], breathe);
    expect([next.read(0, 't7'), next.read(1, 'new'), next.read(2, 't3')]).toEqual([
      known(70),
      { state: 'unseen' },
      known(30),
    ]);
    next.write(1, 'new', known(1));
    expect(next.find(digest(1))).toBe(1);
    expect(next.known()).toBe(3);
  }
});

it('finds an image by its digest', async () => {
  const table = await tableOf('1', '2');
  expect(table.find(digest(20))).toBeUndefined();
  table.write(1, '2', known(20));
  expect(table.find(digest(20))).toBe(1);
  expect(table.find(digest(21))).toBeUndefined();
  expect(table.find('')).toBeUndefined();
});

it('forgets the details of old images, never what decisions need', async () => {
  const table = await tableOf('old', 'new');
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

it.each<{ entry: TagEntry; now: number; due: string }>([
  { entry: { state: 'unseen' }, now: 0, due: 'fetch' },
  { entry: known(1), now: looks.refreshAt - 1, due: 'nothing' },
  { entry: known(1), now: looks.refreshAt, due: 'look' },
  { entry: { state: 'excluded', reason: '', tagDigest: '', ...looks }, now: looks.refreshAt, due: 'look' },
  { entry: { state: 'missing', ...looks }, now: looks.refreshAt - 1, due: 'nothing' },
  { entry: { state: 'missing', ...looks }, now: looks.refreshAt, due: 'fetch' },
])('has $due to be done about $entry.state at $now', async ({ entry, now, due }) => {
  const table = await tableOf('a');
  table.write(0, 'a', entry);
  expect(table.due(0, now)).toBe(due);
});

it('has another version when something else is known, and only then', async () => {
  const table = await tableOf('1', '2');
  const versions = [table.version];
  const step = (act: () => void) => {
    act();
    versions.push(table.version);
  };
  step(() => table.write(0, '1', known(1, '2020-01-01T00:00:00Z')));
  step(() => table.write(1, '2', known(2, '2021-01-01T00:00:00Z')));
  step(() => table.trim(1));
  versions.push((await table.renamed(['1', '2', '3'], breathe)).table.version);
  expect(new Set(versions).size).toBe(versions.length);

  const same = table.version;
  table.read(0, '1');
  table.reserve(2);
  table.trim(1);
  expect((await table.renamed(['1', '2'], breathe)).table.version).toBe(same);
  expect(table.version).toBe(same);
});
