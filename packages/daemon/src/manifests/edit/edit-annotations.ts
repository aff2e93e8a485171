import { EditProblem } from './edit-problem.ts';
import { memberOf, ownEntry, resolveAlias } from './lookup.ts';
import { addEntries, addMap, fillMap, removeEntry, type Splice, setScalar } from './splice.ts';
import type { MapEntry, MapNode, SyntaxDocument } from './syntax.ts';

/** Annotations to set, or to take away where the value is undefined. */
export type AnnotationChanges = ReadonlyMap<string, string | undefined>;

/** The keys of an object's annotations, as written in it or merged into it. */
export function annotationKeys(document: SyntaxDocument, object: MapNode): Set<string> {
  const annotations = memberOf(document, memberOf(document, object, 'metadata'), 'annotations');
  const entries = annotations?.type === 'map' ? annotations.entries : [];
  return new Set(entries.flatMap(({ key }) => (key.type === 'scalar' ? [key.value] : [])));
}

/**
 * Sets and takes away annotations: a value in its own style, new ones behind the last, in the style of
 * their neighbours and in order of key; with the last one `annotations:` goes too.
 * @throws {EditProblem}
 */
export function editAnnotations(
  document: SyntaxDocument,
  object: MapNode,
  changes: AnnotationChanges,
): Splice[] {
  const metadata = memberOf(document, object, 'metadata');
  if (metadata?.type !== 'map') throw new EditProblem('the object has no metadata', undefined);
  const holder = ownEntry(metadata, 'annotations');
  const set = [...changes].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  const ordered = set.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { text } = document;
  if (!holder) return ordered.length === 0 ? [] : [addMap(text, metadata, 'annotations', ordered)];
  const annotations = resolveAlias(document, holder.value);
  if (annotations.type === 'scalar' && (annotations.empty || /^(?:~|null)$/i.test(annotations.value))) {
    return ordered.length === 0 ? [] : [fillMap(text, metadata, holder, ordered)];
  }
  if (annotations.type !== 'map') throw new EditProblem('the annotations are no mapping', undefined);
  if (holder.value.type === 'alias' || annotations.anchor !== undefined) {
    throw new EditProblem(
      `the annotations are shared through anchor &${annotations.anchor ?? ''}`,
      undefined,
      'Give the object annotations of its own.',
    );
  }
  return editOwn(document, metadata, holder, annotations, changes, ordered);
}

function editOwn(
  { text }: SyntaxDocument,
  metadata: MapNode,
  holder: MapEntry,
  annotations: MapNode,
  changes: AnnotationChanges,
  ordered: readonly (readonly [string, string])[],
): Splice[] {
  const removed = annotations.entries.filter(
    ({ key }) => key.type === 'scalar' && changes.has(key.value) && changes.get(key.value) === undefined,
  );
  const added = ordered.filter(([key]) => !ownEntry(annotations, key));
  if (removed.length === annotations.entries.length && removed.length > 0 && added.length === 0) {
    return [removeEntry(text, metadata, holder)];
  }
  const splices = removed.map((entry) => removeEntry(text, annotations, entry));
  for (const [key, value] of ordered) {
    const entry = ownEntry(annotations, key);
    if (!entry) continue;
    if (entry.value.type !== 'scalar') throw new EditProblem(`annotation ${key} is no text`, undefined);
    splices.push(setScalar(text, entry.value, value, annotations.flow));
  }
  if (added.length === 0) return splices;
  if (annotations.entries.length === 0) splices.push(fillMap(text, metadata, holder, added));
  else splices.push(addEntries(text, annotations, added));
  return splices;
}
