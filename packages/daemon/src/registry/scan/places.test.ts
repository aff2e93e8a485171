import { expect, it } from 'vitest';
import { Places } from './places.ts';

it.each([
  { length: 0, places: [] },
  { length: 1, places: [0] },
  { length: 20, places: [0, 7, 8, 19] },
  { length: 9, places: [8] },
])('gives back $places of $length, in order', ({ length, places }) => {
  const kept = new Places(length);
  for (const place of places.toReversed()) kept.add(place);
  expect([...kept]).toEqual(places);
  expect(Array.from({ length }, (_, place) => place).filter((place) => kept.has(place))).toEqual(places);
});
