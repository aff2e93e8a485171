import type { Container, ImageInfo } from '@fluxctl/shared/api/types';
import { type ImageRef, printImageName, tryParseImageRef } from '@fluxctl/shared/images/image-ref';
import { createdText } from './created-text.ts';

/** A line about a container, or about one of the images that there are for it. */
export type ImageRow =
  | { readonly about: 'container'; readonly image: string; readonly created: string }
  | {
      readonly about: 'current' | 'other';
      readonly tag: string;
      readonly image: string;
      readonly created: string;
    }
  | { readonly about: 'omitted'; readonly image: string; readonly created: '' };

const marks = { before: '|   ', current: "'-> ", after: '    ' } as const;

/**
 * The lines of a container: the name of its image, then the images that are available, with an arrow at
 * the one that it has. That one is shown even beyond the limit.
 * @param limit - how many available images to show; 0 for all
 */
export function imageRows({ Current, Available = [], AvailableError }: Container, limit: number): ImageRow[] {
  const current = tryParseImageRef(Current.ID);
  const why = Available.length === 0 ? AvailableError || 'image data not available' : '';
  const name = current ? printImageName(current) : '';
  const rows: ImageRow[] = [{ about: 'container', image: name, created: why }];
  let found = false;
  for (const [at, image] of Available.entries()) {
    const tag = tryParseImageRef(image.ID)?.tag ?? '';
    const isCurrent: boolean = !found && current !== undefined && isSame(current, tag, image);
    if (limit > 0 && at >= limit) {
      if (!isCurrent) continue;
      const omitted = at - limit;
      if (omitted > 0) rows.push({ about: 'omitted', image: `: (${omitted} image(s) omitted)`, created: '' });
    }
    const mark = isCurrent ? marks.current : found ? marks.after : marks.before;
    rows.push({
      about: isCurrent ? 'current' : 'other',
      tag,
      image: mark + tagText(tag),
      created: createdText(image.CreatedAt),
    });
    found ||= isCurrent;
  }
  if (!found) {
    const tag = current?.tag ?? '';
    const text = tag === '' && current?.sha256 ? `@sha256:${current.sha256.slice(0, 12)}` : tagText(tag);
    rows.push({ about: 'current', tag, image: marks.current + text, created: '?' });
  }
  return rows;
}

/** By the tag; of an image that is known by its digest alone, by the digest. */
function isSame({ tag, sha256 }: ImageRef, other: string, { Digest }: ImageInfo): boolean {
  return tag === '' && sha256 !== '' ? Digest === `sha256:${sha256}` : tag === other;
}

function tagText(tag: string): string {
  return tag === '' ? '(untagged)' : tag;
}
