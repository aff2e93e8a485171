import { tryParseImageRef } from '@fluxctl/shared/images/image-ref';

/** Of the 64 of a digest: enough to tell two apart. */
const digestDigits = 12;

/** What is new of an image to come: its tag, and the beginning of a digest behind it. */
export function targetText(target: string): string {
  const ref = tryParseImageRef(target);
  return ref?.tag ? tagText(ref.tag, ref.sha256) : target;
}

/** A tag with the beginning of its digest; a digest without a tag is written out. */
export function tagText(tag: string, sha256: string): string {
  if (sha256 === '') return tag;
  return `${tag}@sha256:${tag === '' ? sha256 : sha256.slice(0, digestDigits)}`;
}
