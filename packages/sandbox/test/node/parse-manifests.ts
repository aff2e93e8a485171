import type { JsonObject } from '@fluxctl/shared/kube-object';
import { loadAll } from 'js-yaml';
import type { FileChanges } from '../../src/git-host/fast-import.ts';

/** The objects of a repository's files, in the order of the files' names. */
export function parseManifests(files: FileChanges): readonly JsonObject[] {
  return Object.keys(files)
    .sort()
    .flatMap((name) => {
      const content = files[name];
      return typeof content === 'string' ? (loadAll(content) as JsonObject[]) : [];
    });
}
