import type { Measurement } from './bench.ts';

/** Those that are called as one of the words says, or begin so where none is called exactly so. */
export function chooseMeasurements(
  groups: readonly (readonly Measurement[])[],
  words: readonly string[],
): readonly (readonly Measurement[])[] {
  const names = new Set(groups.flat().map(({ name }) => name));
  const isNamed = (name: string): boolean =>
    words.some((word) => (names.has(word) ? name === word : name.startsWith(word)));
  return groups.map((group) => group.filter(({ name }) => isNamed(name)));
}
