import { createHash } from 'node:crypto';
import { RegistryAnswerError } from './registry-error.ts';

export function sha256Digest(body: Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

/**
 * What was asked for by its digest, or came with one, must be that.
 * @param what - for the error
 * @throws {RegistryAnswerError}
 */
export function verifyDigest(body: Buffer, digest: string, what: string): void {
  const algorithm = /^(sha256|sha512):/.exec(digest)?.[1];
  if (algorithm === undefined) throw new RegistryAnswerError(`${what} has a digest of an unknown kind`);
  const actual = `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`;
  if (actual === digest) return;
  throw new RegistryAnswerError(`${what} does not have the digest ${digest}, its content is ${actual}`, {
    help: 'The registry, or something between, gave other content than it was asked for; it is not used.',
  });
}
