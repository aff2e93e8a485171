import type { ContainerUpdate } from '@fluxctl/shared/api/types';
import type { CommitSha, Repository } from '../../git/repository.ts';
import type { Manifest, ManifestLoader } from '../../manifests/manifest.ts';
import type { NamedImage } from '../../manifests/named-image.ts';
import { imageChanges } from './image-changes.ts';

export interface HistoryPorts {
  readonly repository: Pick<Repository, 'log' | 'head'>;
  /** Of its own: it reads single files of old revisions, and would push what a pass needs out of its memory. */
  readonly loader: ManifestLoader;
}

/** The commit that brought a workload's images, and what they were before. */
export interface ImageChange {
  readonly revision: CommitSha;
  readonly images: readonly ContainerUpdate[];
}

/** So many commits of a file are looked at. */
const depth = 50;

/**
 * The newest commit that gave a workload the images that it has, whoever made it.
 * @param at - the revision whose definition this is
 * @returns undefined when it has had them from its beginning, or for very long
 */
export async function findImageChange(
  manifest: Manifest,
  images: readonly NamedImage[],
  at: CommitSha,
  ports: HistoryPorts,
  signal: AbortSignal,
): Promise<ImageChange | undefined> {
  const commits = await ports.repository.log({ to: at, most: depth }, [manifest.source.path], signal);
  let newer = commits[0]?.revision;
  for (const { revision } of commits.slice(1)) {
    const before = await definitionAt(manifest, revision, ports, signal);
    if (!before || newer === undefined) return undefined;
    const changed = imageChanges(before.containers, images);
    if (changed.length > 0) return { revision: newer, images: changed };
    newer = revision;
  }
  return undefined;
}

/** What a revision says of a workload in the file where it is now; undefined when it is not there. */
async function definitionAt(
  { writtenId, source }: Manifest,
  revision: CommitSha,
  { loader }: HistoryPorts,
  signal: AbortSignal,
): Promise<{ readonly manifest: Manifest; readonly containers: readonly NamedImage[] } | undefined> {
  const loaded = await loader.load(revision, [source.path], signal);
  const manifest = loaded.manifests.find((one) => one.writtenId === writtenId);
  if (!manifest) return undefined;
  const containers = await loaded.images(manifest, signal);
  return containers && { manifest, containers };
}
