import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { ManifestFile } from './manifests.ts';
import { renderFile } from './render.ts';

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
