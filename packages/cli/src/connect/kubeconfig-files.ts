import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A file that exists, with its text. */
export interface KubeconfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads the files that `KUBECONFIG` lists, else `~/.kube/config`. Files that do not exist are passed
 * over, as kubectl does.
 */
export async function readKubeconfigFiles(env: NodeJS.ProcessEnv): Promise<KubeconfigFile[]> {
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const home = env.HOME ?? homedir();
  const paths = listed.length > 0 ? [...new Set(listed)] : [join(home, '.kube', 'config')];
  const files: KubeconfigFile[] = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined && text.trim() !== '') files.push({ path, text });
  }
  return files;
}
