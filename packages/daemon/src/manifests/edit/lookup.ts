import type { FieldPath } from '../field-path.ts';
import type { AliasNode, MapEntry, MapNode, SyntaxDocument, SyntaxNode } from './syntax.ts';

/** The node itself, or the one that it is an alias of. */
export function resolveAlias(document: SyntaxDocument, node: SyntaxNode): SyntaxNode {
  return node.type === 'alias' ? (document.targets.get(node) ?? node) : node;
}

/** The entry of a key that is written in the map itself; of duplicates the last, which counts. */
export function ownEntry(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.findLast((entry) => entry.key.type === 'scalar' && entry.key.value === key);
}

/** The entry that gives a key its value, be it a map's own or one that a merge (`<<`) brings. */
export function entryOf(document: SyntaxDocument, map: MapNode, key: string): MapEntry | undefined {
  // as Go's yaml.v2: what stands behind wins, merges too
  for (const entry of map.entries.toReversed()) {
    if (entry.key.type === 'scalar' && entry.key.value === key) return entry;
    if (!isMerge(entry)) continue;
    const source = resolveAlias(document, entry.value);
    for (const each of source.type === 'sequence' ? source.items : [source]) {
      const from = resolveAlias(document, each);
      const found = from.type === 'map' ? entryOf(document, from, key) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

function isMerge({ key }: MapEntry): boolean {
  return key.type === 'scalar' && key.value === '<<' && key.style === 'plain';
}

/** A value on its way: the last of it, and what is shared by way of an anchor. */
export interface Found {
  readonly node: SyntaxNode;
  /** The first alias on the way, the node itself included. */
  readonly alias: AliasNode | undefined;
}

/** Follows a path from a node on, aliases and merges included. @returns the node with its alias resolved */
export function nodeAt(
  document: SyntaxDocument,
  from: SyntaxNode | undefined,
  path: FieldPath,
): Found | undefined {
  let alias: AliasNode | undefined;
  let at = from;
  for (const part of [undefined, ...path]) {
    if (part !== undefined) at = childOf(document, at, part);
    if (!at) return undefined;
    if (at.type === 'alias') {
      alias ??= at;
      at = resolveAlias(document, at);
    }
  }
  return at && { node: at, alias };
}

function childOf(
  document: SyntaxDocument,
  node: SyntaxNode | undefined,
  part: string | number,
): SyntaxNode | undefined {
  if (typeof part === 'number') return node?.type === 'sequence' ? node.items[part] : undefined;
  return node?.type === 'map' ? entryOf(document, node, part)?.value : undefined;
}
