import { dump } from 'js-yaml';
import type { ManifestFile } from './manifests.ts';

/**
 * A file's text: documents that start with `---`. Strings that YAML 1.1 would read as something else
 * are quoted, and long ones stay on one line.
 */
export function renderFile({ objects }: ManifestFile): string {
  return objects.map((object) => `---\n${dump(object, { lineWidth: -1, noRefs: true })}`).join('');
}
