import { createManifestLoader } from '../../src/manifests/loader.ts';
import type { LoadedManifests } from '../../src/manifests/manifest.ts';
import { createMemoryReader, type MemoryFile } from './memory-reader.ts';

/** Loads files, of which all or those under the paths count. */
export async function loadFiles(
  files: Readonly<Record<string, MemoryFile>>,
  paths: readonly string[] = [],
): Promise<LoadedManifests> {
  const reader = createMemoryReader();
  return createManifestLoader({ reader }).load(reader.commit(files), paths, new AbortController().signal);
}

export function idsOf({ manifests }: LoadedManifests): string[] {
  return manifests.map(({ writtenId }) => writtenId);
}

export function messagesOf({ problems }: LoadedManifests): string[] {
  return problems.map(({ message }) => message);
}

/** A manifest with nothing in it. */
export function manifestOf(kind: string, name: string, namespace?: string): string {
  const where = namespace === undefined ? '' : `\n  namespace: ${namespace}`;
  return `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}${where}\n`;
}
