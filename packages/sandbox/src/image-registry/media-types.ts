/** What a registry's documents are called, by the two families of names. */
export const mediaTypes = {
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
} as const;

/** The first kind of manifest: signed, with what others have in a config in its history. */
export const schema1Type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

export type MediaTypeFamily = keyof typeof mediaTypes;

export function isIndexType(type: string): boolean {
  return type === mediaTypes.docker.index || type === mediaTypes.oci.index;
}

export function isManifestType(type: string): boolean {
  const single: readonly string[] = [mediaTypes.docker.manifest, mediaTypes.oci.manifest];
  return single.includes(type) || isIndexType(type);
}
