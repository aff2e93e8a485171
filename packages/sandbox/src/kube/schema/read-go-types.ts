import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const structStart = /^type (\w+) struct \{/;
const fieldLine = /^\t\w+\s+(\*?)(\[\]|map\[)?([\w.]+)\s+`[^`]*json:"(\w+)(,omitempty)?[^"]*"/;
const scalarTypes: ReadonlySet<string> = new Set(['string', 'bool', 'int32', 'int64', 'float64']);

/**
 * Reads the types of the Go module k8s.io/api.
 * @param folder - of the module
 * @returns whether a zero in a field of a type is not kept: it is no pointer and left out when empty
 */
export async function readGoTypes(folder: string): Promise<(type: string, field: string) => boolean> {
  const omitting = new Set<string>();
  for await (const path of glob('*/v*/types.go', { cwd: folder })) {
    const [group = '', version = ''] = path.split(/[\\/]/);
    const source = await readFile(join(folder, path), 'utf8');
    // Named texts (`type PullPolicy string`) are scalars too.
    const names = new Set(
      [...source.matchAll(/^type (\w+) (?:string|int32|int64|bool)$/gm)].map(([, name = '']) => name),
    );
    let struct = '';
    for (const line of source.split('\n')) {
      struct = structStart.exec(line)?.[1] ?? struct;
      const [, pointer, list, type = '', field, omitEmpty] = fieldLine.exec(line) ?? [];
      if (pointer !== '' || list !== undefined || omitEmpty === undefined) continue;
      if (scalarTypes.has(type) || names.has(type.replace(/^v1\./, '')) || /^v1\.[A-Z]/.test(type)) {
        omitting.add(`${group}.${version}.${struct}.${field}`);
      }
    }
  }
  return (type, field) => omitting.has(`${type}.${field}`);
}
