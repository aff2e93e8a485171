import type { CommitSha, Repository } from '../git/repository.ts';

/**
 * Computes something for the head of the branch as it is now. The computing begins with the head that is
 * known, beside the fetch: mostly that finds nothing new. What had been computed for another head, failures
 * too, is forgotten.
 * @param compute - publishes nothing
 */
export async function onNewestHead<T>(
  repository: Pick<Repository, 'refresh' | 'head'>,
  signal: AbortSignal,
  compute: (head: CommitSha) => Promise<T>,
): Promise<T> {
  const fetched = repository.refresh(signal);
  fetched.catch(() => undefined); // told when it is this one's turn
  let head = await repository.head(signal);
  for (;;) {
    const [result] = await Promise.allSettled([compute(head)]);
    await fetched;
    const now = await repository.head(signal);
    if (now === head) {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    }
    head = now;
  }
}
