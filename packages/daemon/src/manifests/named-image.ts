import type { ImageRef } from '@fluxctl/shared/images/image-ref';

/** A container's image; of a HelmRelease, one that its values name. */
export interface NamedImage {
  /** Of the container, or of the values' part. */
  readonly name: string;
  readonly image: ImageRef;
}
