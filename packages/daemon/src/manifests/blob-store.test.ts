import { describe, expect, it } from 'vitest';
import { createMemoryReader } from '../../test/fakes/memory-reader.ts';
import type { BlobId } from '../git/repository.ts';
import { BlobStore } from './blob-store.ts';

const signal = new AbortController().signal;

describe('BlobStore', () => {
  it('reads what it did not keep, and keeps that', async () => {
    const reader = createMemoryReader();
    const [entry] = await reader.tree(reader.commit({ a: 'text' }), [], signal);
    if (!entry) throw new Error('no entry');
    const store = new BlobStore(reader);
    expect((await store.read(entry.blob, signal)).toString()).toBe('text');
    await store.read(entry.blob, signal);
    expect(reader.reads).toHaveLength(1);
  });

  it('lets the oldest bytes go when there are many', async () => {
    const reader = createMemoryReader();
    const names = ['a', 'b', 'c'];
    const files = Object.fromEntries(names.map((name) => [name, name.repeat(7 * 1024 * 1024)]));
    const entries = await reader.tree(reader.commit(files), [], signal);
    const store = new BlobStore(reader);
    for (const { blob } of entries) await store.read(blob, signal);
    for (const { blob } of entries.toReversed()) await store.read(blob, signal);
    expect(reader.reads.map(([blob]) => entries.find((entry) => entry.blob === blob)?.path)).toEqual([
      'a',
      'b',
      'c',
      'a',
    ]);
  });

  it('says that a blob is missing', async () => {
    const read = new BlobStore(createMemoryReader()).read('0'.repeat(40) as BlobId, signal);
    await expect(read).rejects.toThrow('is missing in the mirror');
  });
});
