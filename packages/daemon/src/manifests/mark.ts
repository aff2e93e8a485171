import { hash } from 'node:crypto';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';

/** Label that says which source's objects these are, and which object: what garbage collection goes by. */
export const markLabel = 'fluxcd.io/sync-gc-mark';
/** Annotation with the checksum of the manifest that was applied. */
export const checksumAnnotation = 'fluxcd.io/sync-checksum';

/**
 * The name of a source's set of objects, as Flux v1 computes it, so that objects which it marked are
 * ours. Another URL, branch or list of paths is another set.
 * @param safeUrl - without a password, spelled as Flux v1 does: `ssh://git@github.com/a/b`
 * @param paths - as given to `--git-path`; joined without a separator, as in Flux v1
 */
export function syncSetName(safeUrl: string, branch: string, paths: readonly string[]): string {
  return sha256(safeUrl + branch + paths.join(''));
}

/** The value of `markLabel` for one object. An object that is copied by hand keeps the mark of the original. */
export function gcMark(setName: string, id: ResourceId): string {
  return `sha256.${sha256(setName + id)}`;
}

/** The value of `checksumAnnotation` for a document in Flux v1's encoding. */
export function manifestChecksum(encoded: string | Uint8Array): string {
  return hash('sha1', encoded, 'hex');
}

function sha256(text: string): string {
  return hash('sha256', text, 'base64url');
}
