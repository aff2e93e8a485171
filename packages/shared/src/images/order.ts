import type { Timestamp } from '../timestamp.ts';
import { compareVersions, parseVersion } from '../versions/version.ts';

/** What an order of images looks at. */
export interface Orderable {
  readonly tag: string;
  /** The zero time when unknown. */
  readonly createdAt: Timestamp;
}

export type ImageOrder = 'created' | 'semver';

/** Images of one repository, the newest first. */
export function sortImages<Image extends Orderable>(images: readonly Image[], order: ImageOrder): Image[] {
  return order === 'semver' ? sortByVersion(images) : images.toSorted(compareCreated);
}

/** Newer first; those of one time, and those of none at the end, by tag. */
function compareCreated(a: Orderable, b: Orderable): number {
  return compareText(b.createdAt, a.createdAt) || compareText(a.tag, b.tag);
}

/** The higher first, `1.10.0` before its equal `1.10`; tags that are no versions at the end, by tag. */
function sortByVersion<Image extends Orderable>(images: readonly Image[]): Image[] {
  return images
    .map((image) => ({ image, version: parseVersion(image.tag) }))
    .sort((a, b) => {
      if (a.version && b.version) {
        return compareVersions(b.version, a.version) || compareText(b.image.tag, a.image.tag);
      }
      if (!a.version && !b.version) return compareText(a.image.tag, b.image.tag);
      return a.version ? -1 : 1;
    })
    .map(({ image }) => image);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
