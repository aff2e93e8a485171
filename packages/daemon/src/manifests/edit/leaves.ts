import { isSequence, YamlMap, type YamlNode } from '../yaml/node.ts';
import { scalarText } from '../yaml/scalar-text.ts';

/** A value of a document that is no collection, as text that tells its type too. */
export type Leaves = ReadonlyMap<string, string>;

/** All values of a document by their path, as JSON pointers; empty collections do not show. */
export function leavesOf(root: YamlNode): Leaves {
  const leaves = new Map<string, string>();
  const visit = (node: YamlNode, path: string): void => {
    if (node instanceof YamlMap) {
      for (const [index, key] of node.keys.entries())
        visit(node.values[index] ?? null, `${path}/${pointer(key)}`);
    } else if (isSequence(node)) {
      for (const [index, item] of node.entries()) visit(item, `${path}/${index}`);
    } else {
      leaves.set(path, typeof node === 'string' ? `"${node}` : scalarText(node));
    }
  };
  visit(root, '');
  return leaves;
}

function pointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

export interface LeafChange {
  readonly path: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What is different between two documents. */
export function differences(before: Leaves, after: Leaves): LeafChange[] {
  const changes: LeafChange[] = [];
  for (const [path, from] of before) {
    const to = after.get(path);
    if (to !== from) changes.push({ path, from, to });
  }
  for (const [path, to] of after) if (!before.has(path)) changes.push({ path, from: undefined, to });
  return changes;
}
