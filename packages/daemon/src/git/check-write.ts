import type { Limits, Mirror } from './mirror.ts';
import type { CommitSha } from './repository.ts';

const checkTag = 'flux-write-check-';

/**
 * Pushes a tag and deletes it again, with those that a daemon left behind when it was killed.
 * @param digits - random ones: several daemons may check at the same time
 * @throws {FluxError} `attempt to push tag: …` when the remote does not let us write
 */
export async function checkWrite(
  mirror: Mirror,
  head: CommitSha,
  digits: string,
  limits: Limits,
): Promise<void> {
  const leftOver = await mirror.tagNames(checkTag, limits);
  const tag = `${checkTag}${digits}`;
  await mirror.push([`${head}:refs/tags/${tag}`], limits, 'attempt to push tag');
  await mirror.push([`:refs/tags/${tag}`], limits);
  for (const name of leftOver) {
    // Its owner may have been quicker; what stays is tried again next time.
    await mirror.push([`:refs/tags/${name}`], limits).catch(() => undefined);
  }
}
