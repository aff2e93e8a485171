import { sortImages } from '@fluxctl/shared/images/order';
import type { Timestamp } from '@fluxctl/shared/timestamp';
import { compareVersions, parseVersion } from '@fluxctl/shared/versions/version';
import type { ContainerPolicy } from './container-policy.ts';

/** A tag and when its image was built; the zero time when unknown. */
export interface DatedTag {
  readonly tag: string;
  readonly createdAt: Timestamp;
}

type Ordering = Pick<ContainerPolicy, 'pattern' | 'order'>;

/** Images of one repository, the newest first by the container's order; what has no place in it at the end. */
export function orderTags<Image extends DatedTag>(images: readonly Image[], ordering: Ordering): Image[] {
  const { order, pattern } = ordering;
  const wholeTags = pattern.kind !== 'regexp';
  if (order === 'created' || (order === 'semver' && wholeTags)) return sortImages(images, order);
  const compare = keyComparison(order);
  return images
    .map((image) => ({ image, key: orderKey(image.tag, ordering) }))
    .sort((a, b) => {
      if (a.key === undefined || b.key === undefined) {
        return Number(a.key === undefined) - Number(b.key === undefined) || byTag(a.image, b.image);
      }
      return compare(b.key, a.key) || byTag(a.image, b.image);
    })
    .map(({ image }) => image);
}

/** The part of a tag that gives it its place; undefined when it has none, as `main` among numbers. */
export function orderKey(tag: string, { pattern, order }: Ordering): string | undefined {
  if (order === 'created') return tag;
  const part = pattern.capture(tag);
  if (part === undefined) return undefined;
  if (order === 'semver') return parseVersion(part) ? part : undefined;
  if (order === 'numeric') return /^\d{1,100}$/.test(part) ? part : undefined;
  return part;
}

/**
 * How many images stand before the current one: those that are newer. The current one need not be among
 * them.
 */
export function countNewer(images: readonly DatedTag[], current: DatedTag, ordering: Ordering): number {
  const among = images.some(({ tag }) => tag === current.tag) ? images : [...images, current];
  return orderTags(among, ordering).findIndex(({ tag }) => tag === current.tag);
}

function keyComparison(order: 'semver' | 'numeric' | 'alphabetical'): (a: string, b: string) => number {
  switch (order) {
    case 'semver':
      return (a, b) => {
        const [left, right] = [parseVersion(a), parseVersion(b)];
        return left && right ? compareVersions(left, right) : 0;
      };
    case 'numeric':
      return (a, b) => compare(BigInt(a), BigInt(b));
    case 'alphabetical':
      return compare;
    default:
      return order satisfies never;
  }
}

function byTag(a: DatedTag, b: DatedTag): number {
  return compare(a.tag, b.tag);
}

function compare<Key extends string | bigint>(a: Key, b: Key): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
