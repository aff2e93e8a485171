import { readFileSync, statSync } from 'node:fs';
import { errorMessage } from '@fluxctl/shared/errors';
import type { Logger } from '../log/logger.ts';

/** How long a look at the file holds, in milliseconds. */
const freshMs = 1000;

/**
 * The tokens in a file, one a line; empty lines and those that begin with `#` do not count. The file is
 * read again when it has changed. A file that cannot be read lets nobody in, and the log says why.
 * @param path - empty for no file
 */
export function tokenFile(path: string, log: Logger, now: () => number): () => readonly string[] {
  let tokens: readonly string[] = [];
  let seen = '';
  let lookedAt = Number.NEGATIVE_INFINITY;

  function look(): void {
    const { mtimeMs, size, ino } = statSync(path);
    const state = `${mtimeMs} ${size} ${ino}`;
    if (state === seen) return;
    const lines = readFileSync(path, 'utf8').split('\n');
    tokens = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
    seen = state;
  }

  return () => {
    if (path === '' || now() - lookedAt < freshMs) return tokens;
    lookedAt = now();
    try {
      look();
    } catch (error) {
      const reason = errorMessage(error);
      if (seen !== reason) log.log({ err: `the tokens of the API cannot be read: ${reason}` });
      seen = reason;
      tokens = [];
    }
    return tokens;
  };
}
