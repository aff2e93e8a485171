import type { MapEntry, MapNode, SyntaxDocument, SyntaxNode } from './syntax.ts';

/** The node itself, or the one that it is an alias of. */
export function resolveAlias(document: SyntaxDocument, node: SyntaxNode): SyntaxNode {
  let at = node;
  for (let hops = 0; at.type === 'alias' && hops < 100; hops += 1) at = document.targets.get(at) ?? at;
  return at;
}

/** The entry of a key that is written in the map itself; of duplicates the last, which counts. */
export function ownEntry(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.findLast((entry) => entry.key.type === 'scalar' && entry.key.value === key);
}

/** The value of a key, aliases followed, also where a merge (`<<`) brings it. */
export function memberOf(
  document: SyntaxDocument,
  node: SyntaxNode | undefined,
  key: string,
): SyntaxNode | undefined {
  const map = node && resolveAlias(document, node);
  if (map?.type !== 'map') return undefined;
  const own = ownEntry(map, key);
  if (own) return resolveAlias(document, own.value);
  for (const { key: name, value } of map.entries.toReversed()) {
    if (name.type !== 'scalar' || name.value !== '<<' || name.style !== 'plain') continue;
    const source = resolveAlias(document, value);
    const sources = source.type === 'sequence' ? source.items : [source];
    for (const each of sources) {
      const found = memberOf(document, each, key);
      if (found) return found;
    }
  }
  return undefined;
}

/** The text of a scalar under a key; undefined when there is none. */
export function textOf(
  document: SyntaxDocument,
  node: SyntaxNode | undefined,
  key: string,
): string | undefined {
  const value = memberOf(document, node, key);
  return value?.type === 'scalar' && !value.empty ? value.value : undefined;
}

/** Follows keys from a map on, aliases and merges included. */
export function valueAt(
  document: SyntaxDocument,
  node: SyntaxNode | undefined,
  keys: readonly string[],
): SyntaxNode | undefined {
  return keys.reduce<SyntaxNode | undefined>((at, key) => memberOf(document, at, key), node);
}
