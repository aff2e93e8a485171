import { expect, it } from 'vitest';
import { parseTimestamp, zeroTime } from '../timestamp.ts';
import { sortImages } from './order.ts';

const created = (text: string) => parseTimestamp(text) ?? zeroTime;

it('[manifests T11] orders by version: the higher first, what is none last', () => {
  const tags = ['aaa', 'v1', '1.10', '1.2.30', '3', 'bbb', '1.10.0'];
  const images = tags.map((tag) => ({ tag, createdAt: zeroTime }));
  expect(
    sortImages(images, 'semver')
      .map(({ tag }) => tag)
      .join(' '),
  ).toBe('3 1.10.0 1.10 1.2.30 v1 aaa bbb');
});

it('[manifests T12] orders by time of creation: ties by tag, unknown times last', () => {
  const images = [
    { tag: 'z', createdAt: zeroTime },
    { tag: 'b', createdAt: created('2020-01-01T00:00:00Z') },
    { tag: 'y', createdAt: zeroTime },
    { tag: 'a', createdAt: created('2020-01-01T00:00:00Z') },
    { tag: 'new', createdAt: created('2020-01-01T00:00:00.000000001Z') },
  ];
  expect(
    sortImages(images, 'created')
      .map(({ tag }) => tag)
      .join(' '),
  ).toBe('new a b y z');
});
