import { canonicalName, type ImageName } from '@fluxctl/shared/images/image-ref';
import { matchesGlob } from '@fluxctl/shared/policy/tag-pattern';

/** `--registry-exclude-image` and `--registry-include-image`: globs in which `*` crosses `/`. */
export interface ImageGlobs {
  readonly exclude: readonly string[];
  /** Empty: all. */
  readonly include: readonly string[];
}

/** Whether the images of a repository are scanned; its canonical name counts. */
export function isScanned(name: ImageName, globs: ImageGlobs): boolean {
  return isIncluded(canonicalName(name), globs);
}

/** Exclusion wins. */
export function isIncluded(canonical: string, { exclude, include }: ImageGlobs): boolean {
  if (matchesAny(exclude, canonical)) return false;
  return include.length === 0 || matchesAny(include, canonical);
}

export function matchesAny(globs: readonly string[], text: string): boolean {
  return globs.some((glob) => matchesGlob(glob.split('*'), text));
}
