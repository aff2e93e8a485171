import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import type { VolumeMount } from '../objects.ts';

/**
 * Lays out what a container sees as `/`: the files of its image, a `/tmp`, and its mounts as links to
 * the pod's volumes. What an earlier run of the container left there is gone.
 * @param volumes - folders by volume name
 */
export async function layOutRoot(
  root: string,
  imageFiles: Readonly<Record<string, string>>,
  mounts: readonly VolumeMount[],
  volumes: ReadonlyMap<string, string>,
): Promise<void> {
  await rm(root, { recursive: true, force: true });
  for (const folder of ['root', 'tmp']) await mkdir(join(root, folder), { recursive: true });
  for (const [path, content] of Object.entries(imageFiles)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  // Outer mounts first, so that inner ones land inside of them.
  const outerFirst = mounts.toSorted((a, b) => a.mountPath.length - b.mountPath.length);
  for (const { name, mountPath, subPath } of outerFirst) {
    const volume = volumes.get(name);
    if (volume === undefined) continue;
    const place = join(root, normalize(mountPath).replace(/\/+$/, ''));
    const target = subPath ? join(volume, normalize(subPath)) : volume;
    await mkdir(dirname(place), { recursive: true });
    await rm(place, { recursive: true, force: true });
    await symlink(target, place);
  }
}
