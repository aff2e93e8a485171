import { createHash } from 'node:crypto';
import type { BuiltImage } from '@fluxctl/sandbox/image-registry/build-image';

const indexType = 'application/vnd.oci.image.index.v1+json';

export interface IndexPart {
  readonly image: BuiltImage;
  /** Left out where the index does not say. */
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An index of whatever is given: images, indexes, attestations. */
export function indexOf(...parts: readonly IndexPart[]): BuiltImage {
  const manifests = parts.map(({ image: { top }, ...rest }) => ({
    mediaType: top.type,
    size: top.bytes.length,
    digest: top.digest,
    ...rest,
  }));
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const top = { digest, type: indexType, bytes };
  return {
    blobs: parts.flatMap(({ image }) => image.blobs),
    manifests: [...parts.flatMap(({ image }) => image.manifests), top],
    top,
    platforms: {},
  };
}
