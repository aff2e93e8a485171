import { canonicalName, canonicalRef, type ImageRef, parseImageRef } from '@fluxctl/shared/images/image-ref';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { NamedImage } from '../manifests/named-image.ts';
import type { AutoChange } from './poll.ts';

export interface ImagesInGit {
  /** Of one workload; empty when git does not define it. */
  images(id: ResourceId, signal: AbortSignal): Promise<readonly NamedImage[]>;
}

/**
 * The changes that would change a file: not those that are committed and not applied yet, nor those of
 * containers that git does not know, as a mesh puts them into pods.
 */
export async function notInGit(
  changes: readonly AutoChange[],
  git: ImagesInGit,
  signal: AbortSignal,
): Promise<AutoChange[]> {
  const missing: AutoChange[] = [];
  for (const [id, some] of Map.groupBy(changes, ({ WorkloadID }) => WorkloadID)) {
    const images = await git.images(id, signal);
    missing.push(
      ...some.filter(({ Container, ImageID }) => {
        const inGit = images.find(({ name }) => name === Container.Name)?.image;
        return inGit !== undefined && nextImage(inGit, parseImageRef(ImageID)) !== undefined;
      }),
    );
  }
  return missing;
}

/**
 * The image that git is to hold; undefined when it holds it, or when the container has moved to another
 * repository, of which the poll knew nothing.
 */
export function nextImage(current: ImageRef, chosen: ImageRef): ImageRef | undefined {
  if (canonicalName(current) !== canonicalName(chosen)) return undefined;
  const sameDigest = chosen.sha256 === '' || chosen.sha256 === current.sha256;
  if (canonicalRef(current) === canonicalRef(chosen) && sameDigest) return undefined;
  return { ...current, tag: chosen.tag, sha256: chosen.sha256 };
}
