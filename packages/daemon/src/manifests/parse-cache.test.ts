import { describe, expect, it } from 'vitest';
import type { BlobId } from '../git/repository.ts';
import type { LocatedFile, LocatedManifest } from './located-file.ts';
import { ParseCache } from './parse-cache.ts';

/** A file of so many objects, which nobody looks at. */
function fileOf(objects: number): LocatedFile {
  return { path: 'a.yaml', manifests: Array<LocatedManifest>(objects), problems: [], customScopes: [] };
}

const blob = (name: string) => name as BlobId;

describe('ParseCache', () => {
  it('forgets what was read first, but nothing that is in use', () => {
    const cache = new ParseCache();
    for (const name of ['used', 'old', 'new']) cache.set(blob(name), fileOf(15_000));
    cache.trim([blob('used')]);
    expect(['used', 'old', 'new'].filter((name) => cache.has(blob(name)))).toEqual(['used', 'new']);
  });

  it('keeps all of a large repository that is in use', () => {
    const cache = new ParseCache();
    const names = Array.from({ length: 10 }, (_, index) => blob(`b${index}`));
    for (const name of names) cache.set(name, fileOf(10_000));
    cache.trim(names);
    expect(names.every((name) => cache.has(name))).toBe(true);
  });

  it('keeps some that is not in use, for a branch that goes back and forth', () => {
    const cache = new ParseCache();
    for (const name of ['a', 'b', 'c']) cache.set(blob(name), fileOf(5000));
    cache.trim([blob('c')]);
    expect(cache.has(blob('a'))).toBe(true);
  });
});
