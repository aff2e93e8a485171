import { createHash } from 'node:crypto';

const lengths: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };

/** `sha256:` and the hash in hex. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function isDigest(text: string): boolean {
  const [algorithm = '', hash = '', ...more] = text.split(':');
  return more.length === 0 && /^[0-9a-f]+$/.test(hash) && hash.length === lengths[algorithm];
}

/** Whether the digest, of any algorithm that we know, is that of the bytes. */
export function isDigestOf(digest: string, bytes: Uint8Array): boolean {
  if (!isDigest(digest)) return false;
  const [algorithm = '', hash] = digest.split(':');
  return createHash(algorithm).update(bytes).digest('hex') === hash;
}
