import type { ImageStore, StoredManifest } from './image-store.ts';
import { isIndexType, mediaTypes } from './media-types.ts';
import { RegistryError } from './registry-error.ts';

/**
 * What a client gets that asks for a tag. As the reference registry has it: one that does not know Docker's
 * lists is given the image for linux/amd64, and one that does not know OCI's documents gets an error.
 * @param accept - the header; undefined where there is none
 * @throws {RegistryError} MANIFEST_UNKNOWN
 */
export function negotiate(
  store: ImageStore,
  repository: string,
  found: StoredManifest,
  accept: string | undefined,
): StoredManifest {
  if (accepts(accept, found.type)) return found;
  if (found.type === mediaTypes.oci.manifest) {
    throw unknown('OCI manifest found, but accept header does not support OCI manifests');
  }
  if (found.type === mediaTypes.oci.index) {
    throw unknown('OCI index found, but accept header does not support OCI indexes');
  }
  if (!isIndexType(found.type)) return found;
  const list = JSON.parse(found.bytes.toString()) as {
    readonly manifests: readonly {
      readonly digest: string;
      readonly platform?: { readonly os?: string; readonly architecture?: string };
    }[];
  };
  const usual = list.manifests.find(
    ({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64',
  );
  if (!usual) throw new RegistryError('MANIFEST_UNKNOWN');
  return store.manifest(repository, usual.digest);
}

function accepts(accept: string | undefined, type: string): boolean {
  return (accept ?? '').split(',').some((entry) => entry.split(';')[0]?.trim() === type);
}

function unknown(message: string): RegistryError {
  return new RegistryError('MANIFEST_UNKNOWN', { message });
}
