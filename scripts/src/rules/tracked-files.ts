import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The checkout's folder. */
export const repositoryRoot: string = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * What git has, or would take with `git add`, and what a file's text is now; sorted by path.
 * Links and files that are gone from the folder are left out.
 */
export function readTrackedFiles(filter: (path: string) => boolean): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const path of trackedPaths()) {
    const text = filter(path) ? readText(path) : undefined;
    if (text !== undefined) files.set(path, text);
  }
  return files;
}

function trackedPaths(): readonly string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate'];
  const answer = execFileSync('git', list, { cwd: repositoryRoot, encoding: 'utf8', maxBuffer: 64 << 20 });
  return answer.split('\0').filter(Boolean).sort();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(`${repositoryRoot}/${path}`, 'utf8');
  } catch (error) {
    // Deleted or moved, and not yet told to git.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
