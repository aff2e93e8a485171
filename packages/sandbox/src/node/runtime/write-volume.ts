import { chmod, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VolumeFile } from './volume-files.ts';

/**
 * Makes a volume hold these files, and changes all of them at one instant, as the kubelet does: they
 * lie in a folder of their own, `..data` points to it, and every name points through `..data`.
 * @param version - names the folder; a new one for every change
 */
export async function writeVolume(
  folder: string,
  files: readonly VolumeFile[],
  version: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pointer = join(folder, '..data');
  const before = await readlink(pointer).catch(() => undefined);
  const next = `..${version}`;
  await mkdir(join(folder, next));
  for (const { path, content, mode } of files) {
    const file = join(folder, next, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o600 });
    await chmod(file, mode);
  }
  await symlink(next, `${pointer}_tmp`);
  await rename(`${pointer}_tmp`, pointer);
  const names = new Set(files.map(({ path }) => path.split('/')[0] ?? ''));
  for (const name of names) {
    if (!(await exists(join(folder, name)))) await symlink(join('..data', name), join(folder, name));
  }
  if (before !== undefined) {
    await removeStale(folder, before, names);
    await rm(join(folder, before), { recursive: true, force: true });
  }
}

async function removeStale(folder: string, before: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(join(folder, before)).catch(() => [])) {
    if (!names.has(name)) await rm(join(folder, name), { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
