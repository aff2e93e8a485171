import { stat } from 'node:fs/promises';
import { UserError } from '@fluxctl/shared/errors';

/**
 * @param word - what stands before the path when it is something else
 * @throws {UserError} unless `dir` is an existing directory
 */
export async function checkDirectory(dir: string, word = ''): Promise<void> {
  const found = await stat(dir).catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'no such file or directory' : cause.message;
    throw new UserError(`stat ${dir}: ${reason}`, { cause });
  });
  if (!found.isDirectory()) throw new UserError(`${word}${dir} is not a directory`);
}
