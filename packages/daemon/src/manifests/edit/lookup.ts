import type { FieldPath } from '../field-path.ts';
import { resolvePlain } from '../yaml/scalar.ts';
import { keyText } from '../yaml/scalar-text.ts';
import type { AliasNode, MapEntry, MapNode, SyntaxDocument, SyntaxNode } from './syntax.ts';

/** The node itself, or the one that it is an alias of. */
export function resolveAlias(document: SyntaxDocument, node: SyntaxNode): SyntaxNode {
  return node.type === 'alias' ? (document.targets.get(node) ?? node) : node;
}

/** The entry of a key that is written in the map itself; of duplicates the last, which counts. */
export function ownEntry(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.findLast((entry) => isKey(entry, key));
}

/** Whether an entry's key is this one in the form that JSON needs: `yes:` is `true`. */
export function isKey({ key: node }: MapEntry, key: string): boolean {
  if (node.type !== 'scalar') return false;
  const isText = node.style !== 'plain' || node.tagged;
  return key === (isText ? node.value : keyText(resolvePlain(node.value)));
}

/** The entry that gives a key its value, be it a map's own or one that a merge (`<<`) brings. */
export function entryOf(document: SyntaxDocument, map: MapNode, key: string): MapEntry | undefined {
  return findEntry(document, map, key)?.entry;
}

interface FoundEntry {
  readonly entry: MapEntry;
  /** The alias that brings it; undefined for a map's own. */
  readonly alias: AliasNode | undefined;
}

function findEntry(document: SyntaxDocument, map: MapNode, key: string): FoundEntry | undefined {
  // as Go's yaml.v2: what stands behind wins, merges too
  for (const entry of map.entries.toReversed()) {
    if (isKey(entry, key)) return { entry, alias: undefined };
    if (!isMerge(entry)) continue;
    const source = resolveAlias(document, entry.value);
    for (const each of source.type === 'sequence' ? source.items : [source]) {
      const from = resolveAlias(document, each);
      const found = from.type === 'map' ? findEntry(document, from, key) : undefined;
      const alias = [entry.value, each].find((node) => node.type === 'alias');
      if (found) return { entry: found.entry, alias: alias ?? found.alias };
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
  /** The first alias on the way, the node itself and merges included. */
  readonly alias: AliasNode | undefined;
}

/** Follows a path from a node on, aliases and merges included. @returns the node with its alias resolved */
export function nodeAt(
  document: SyntaxDocument,
  from: SyntaxNode | undefined,
  path: FieldPath,
): Found | undefined {
  let found = from && resolved(document, from, undefined);
  for (const part of path) {
    if (!found) return undefined;
    const { node, alias } = found;
    if (typeof part === 'number') {
      const item = node.type === 'sequence' ? node.items[part] : undefined;
      found = item && resolved(document, item, alias);
    } else {
      const entry = node.type === 'map' ? findEntry(document, node, part) : undefined;
      found = entry && resolved(document, entry.entry.value, alias ?? entry.alias);
    }
  }
  return found;
}

function resolved(document: SyntaxDocument, node: SyntaxNode, before: AliasNode | undefined): Found {
  const alias = before ?? (node.type === 'alias' ? node : undefined);
  return { node: resolveAlias(document, node), alias };
}
