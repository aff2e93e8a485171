import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Identity, identityEnvironment, identityLine } from './identity.ts';
import type { Limits, Mirror } from './mirror.ts';
import type { CommitSha } from './repository.ts';

export interface NewTag {
  readonly name: string;
  readonly revision: CommitSha;
  readonly message: string;
}

/**
 * Writes an annotated tag, which no ref of the mirror names yet.
 * @param signingKey - of GPG; empty: the tag is not signed
 * @returns the tag object
 */
export async function makeTag(
  mirror: Mirror,
  tag: NewTag,
  by: Identity,
  signingKey: string,
  limits: Limits,
): Promise<string> {
  const { name, revision, message } = tag;
  const prefix = `moving tag ${name}`;
  if (signingKey !== '') return signedTag(mirror, tag, by, signingKey, limits);
  const input = `object ${revision}\ntype commit\ntag ${name}\ntagger ${identityLine(by)}\n\n${message}\n`;
  return (await mirror.run(['mktag'], limits, { input, prefix })).toString().trim();
}

/** Only `git tag` signs, and it always moves a ref: that of a repository beside, which has the same objects. */
async function signedTag(
  mirror: Mirror,
  { name, revision, message }: NewTag,
  by: Identity,
  signingKey: string,
  limits: Limits,
): Promise<string> {
  const folder = join(mirror.folder, 'signing');
  const extra = {
    prefix: `moving tag ${name}`,
    folder,
    env: { ...identityEnvironment(by), GIT_OBJECT_DIRECTORY: join(mirror.folder, 'objects') },
  };
  try {
    await mirror.run(['init', '--quiet', '--bare', '--template='], limits, extra);
    const sign = `--local-user=${signingKey}`;
    const args = ['tag', '--annotate', sign, '--file=-', '--end-of-options', name, revision];
    await mirror.run(args, limits, { ...extra, input: message });
    const format = ['for-each-ref', '--format=%(objectname)'];
    return (await mirror.run([...format, `refs/tags/${name}`], limits, extra)).toString().trim();
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
