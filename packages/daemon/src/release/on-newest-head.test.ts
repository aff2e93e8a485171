import { expect, it } from 'vitest';
import type { CommitSha } from '../git/repository.ts';
import { onNewestHead } from './on-newest-head.ts';

const { signal } = new AbortController();

/** A branch that is where it is said to be, one after the other, until it is fetched and after that. */
function branch(before: string, after: string, failure?: Error) {
  let head = before;
  return {
    refresh: async () => {
      await Promise.resolve();
      if (failure) throw failure;
      head = after;
    },
    head: async () => head as CommitSha,
  };
}

it('computes once when the fetch brings nothing', async () => {
  const seen: string[] = [];
  expect(await onNewestHead(branch('a', 'a'), signal, async (head) => seen.push(head))).toBe(1);
  expect(seen).toEqual(['a']);
});

it('computes again when the branch has moved', async () => {
  const seen: string[] = [];
  const compute = async (head: string) => {
    seen.push(head);
    return `for ${head}`;
  };
  expect(await onNewestHead(branch('a', 'b'), signal, compute)).toBe('for b');
  expect(seen).toEqual(['a', 'b']);
});

it('forgets what failed for a head that is the newest no more', async () => {
  const compute = async (head: string) => {
    if (head === 'a') throw new Error('not in git');
    return head;
  };
  expect(await onNewestHead(branch('a', 'b'), signal, compute)).toBe('b');
  await expect(onNewestHead(branch('a', 'a'), signal, compute)).rejects.toThrow('not in git');
});

it('fails as the fetch fails', async () => {
  const compute = async () => 'computed';
  await expect(onNewestHead(branch('a', 'b', new Error('no route')), signal, compute)).rejects.toThrow(
    'no route',
  );
});
