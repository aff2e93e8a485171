import { memberOf, resolveAlias, textOf } from './lookup.ts';
import type { MapNode, SyntaxDocument } from './syntax.ts';

/** Which object of a document is meant. */
export interface ObjectTarget {
  /** In any case. */
  readonly kind: string;
  readonly name: string;
  /** Whether the namespace as written, undefined for none, is the one that is meant. */
  readonly isNamespace: (written: string | undefined) => boolean;
}

/** The object in a document: the document itself, or an item of the list that it is. */
export function findObject(document: SyntaxDocument, target: ObjectTarget): MapNode | undefined {
  const root = document.root && resolveAlias(document, document.root);
  if (root?.type !== 'map') return undefined;
  if (isTarget(document, root, target)) return root;
  const items = memberOf(document, root, 'items');
  if (items?.type !== 'sequence') return undefined;
  return items.items
    .map((item) => resolveAlias(document, item))
    .find((item): item is MapNode => item.type === 'map' && isTarget(document, item, target));
}

function isTarget(document: SyntaxDocument, object: MapNode, target: ObjectTarget): boolean {
  const metadata = memberOf(document, object, 'metadata');
  return (
    textOf(document, object, 'kind')?.toLowerCase() === target.kind.toLowerCase() &&
    textOf(document, metadata, 'name') === target.name &&
    target.isNamespace(textOf(document, metadata, 'namespace'))
  );
}
