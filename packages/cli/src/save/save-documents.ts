import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDocument } from './kube-yaml.ts';
import { objectPath } from './object-path.ts';

/**
 * Writes a file for each object, over what is there.
 * @param tell - is given a line before each file
 */
export async function saveDocuments(
  dir: string,
  objects: readonly Readonly<Record<string, unknown>>[],
  tell: (line: string) => void,
): Promise<void> {
  for (const object of objects) {
    const { name = '', namespace = '' } = (object.metadata ?? {}) as Record<string, string | undefined>;
    const kind = String(object.kind ?? '');
    if (kind === '' || name === '') continue;
    const path = objectPath(dir, { kind, namespace, name });
    tell(`Saving ${kind} '${name}' to ${path}`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, writeDocument(object));
  }
}
