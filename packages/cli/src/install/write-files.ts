import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { ManifestFile } from './manifests.ts';
import { renderFile } from './render.ts';

/** @throws {UserError} unless `dir` is an existing directory */
export async function checkDirectory(dir: string): Promise<void> {
  const found = await stat(dir).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'no such file or directory' : cause.message;
    throw new UserError(`stat ${dir}: ${reason}`, { cause });
  });
  if (!found.isDirectory()) throw new UserError(`${dir} is not a directory`);
}

/** @param tell - is given the path of each file before it is written */
export async function writeFiles(
  dir: string,
  files: readonly ManifestFile[],
  tell: (path: string) => void,
): Promise<void> {
  for (const file of files) {
    const path = join(dir, file.name);
    tell(path);
    await writeFile(path, renderFile(file)).catch((cause: unknown) => {
      throw new UserError(`cannot output manifest file ${file.name}: ${errorMessage(cause)}`, { cause });
    });
  }
}
