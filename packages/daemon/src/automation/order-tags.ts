import { sortImages } from '@fluxctl/shared/images/order';
import type { Timestamp } from '@fluxctl/shared/timestamp';
import { compareVersions, parseVersion, type Version } from '@fluxctl/shared/versions/version';
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
  return images
    .map((image) => ({ image, place: placeOf(image.tag, ordering) }))
    .sort((a, b) => {
      if (a.place === undefined || b.place === undefined) {
        return Number(a.place === undefined) - Number(b.place === undefined) || byTag(a.image, b.image);
      }
      return comparePlaces(b.place, a.place) || byTag(a.image, b.image);
    })
    .map(({ image }) => image);
}

/** The newest of these tags, where they tell it themselves; undefined when none has a place in the order. */
export function newestTag(tags: readonly string[], ordering: Ordering): string | undefined {
  let newest: { readonly tag: string; readonly place: Place } | undefined;
  for (const tag of tags) {
    const place = placeOf(tag, ordering);
    if (place === undefined) continue;
    const ahead = newest ? comparePlaces(place, newest.place) || compare(newest.tag, tag) : 1;
    if (ahead > 0) newest = { tag, place };
  }
  return newest?.tag;
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

/** The key, read once: of very many tags each is compared with many others. */
type Place = string | bigint | Version;

function placeOf(tag: string, ordering: Ordering): Place | undefined {
  const key = orderKey(tag, ordering);
  if (key === undefined) return undefined;
  switch (ordering.order) {
    case 'semver':
      return parseVersion(key);
    case 'numeric':
      return BigInt(key);
    case 'alphabetical':
    case 'created':
      return key;
    default:
      return ordering.order satisfies never;
  }
}

/** Of one order. */
function comparePlaces(a: Place, b: Place): number {
  if (typeof a === 'object') return typeof b === 'object' ? compareVersions(a, b) : 0;
  return typeof b === 'object' ? 0 : compare(a, b);
}

function byTag(a: DatedTag, b: DatedTag): number {
  return compare(a.tag, b.tag);
}

function compare<Key extends string | bigint>(a: Key, b: Key): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
