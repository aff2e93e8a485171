import { type FieldPath, printFieldPath } from '../field-path.ts';
import { composeEvents } from '../yaml/compose.ts';
import { type DocumentSlice, splitDocuments } from '../yaml/documents.ts';
import { isSequence, YamlFloat, YamlMap, type YamlNode } from '../yaml/node.ts';
import { parseDocument, YamlError } from '../yaml/parse-events.ts';
import { scalarText } from '../yaml/scalar-text.ts';
import { firstDifference, withValue } from './difference.ts';
import { Draft, type EditedObject } from './draft.ts';
import { type AnnotationChanges, editAnnotations } from './edit-annotations.ts';
import { editImages, type ImageEdit } from './edit-images.ts';
import { EditProblem } from './edit-problem.ts';
import { nodeAt, resolveAlias } from './lookup.ts';
import { applySplices, type Splice } from './splice.ts';
import { readSyntax, type SyntaxNode } from './syntax.ts';

/** Which object of a document is meant. */
export interface ObjectTarget {
  /** In any case. */
  readonly kind: string;
  readonly name: string;
  /** Whether the namespace as written, undefined for none, is the one that is meant. */
  readonly isNamespace: (written: string | undefined) => boolean;
}

/** One object of a file, and what is to change in it. */
export interface ObjectEdit {
  /** 1 is the first document of the file, as the loader counts. */
  readonly document: number;
  readonly target: ObjectTarget;
  readonly images?: readonly ImageEdit[];
  readonly annotations?: AnnotationChanges;
}

/**
 * A file with some values changed, and every other byte as it was. What comes out is read again, and
 * must differ from what went in by those values alone. Only the documents that are edited are parsed.
 * @param text - the whole file, with its byte order mark
 * @returns the very same text where all is as it should be already
 * @throws {EditProblem} with the line of the file
 */
export function editFile(text: string, edits: readonly ObjectEdit[]): string {
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  const stream = text.slice(mark);
  const wanted = Map.groupBy(edits, ({ document }) => document);
  const splices: Splice[] = [];
  for (const slice of splitDocuments(stream)) {
    const some = wanted.get(slice.document);
    if (!some) continue;
    wanted.delete(slice.document);
    splices.push({ start: slice.start, end: slice.start + slice.text.length, text: editSlice(slice, some) });
  }
  const [missing] = wanted.keys();
  if (missing !== undefined) throw new EditProblem(`the file has no document ${missing}`, undefined);
  return text.slice(0, mark) + applySplices(stream, splices);
}

/** Problems get the line of the file here. */
function editSlice(slice: DocumentSlice, edits: readonly ObjectEdit[]): string {
  try {
    return editDocument(slice.text, edits);
  } catch (error) {
    if (error instanceof EditProblem) {
      throw new EditProblem(error.message, slice.line + (error.line ?? 1) - 1, error.help);
    }
    if (error instanceof YamlError) throw new EditProblem(error.message, slice.line + error.line - 1);
    throw error;
  }
}

function editDocument(text: string, edits: readonly ObjectEdit[]): string {
  const parsed = parseDocument(text);
  const { root } = composeEvents(parsed);
  const draft = new Draft(readSyntax(text, parsed));
  for (const { target, images, annotations } of edits) {
    const object = findObject(draft, root, target);
    if (images) editImages(draft, object, target.kind, images);
    if (annotations) editAnnotations(draft, object, annotations);
  }
  if (draft.splices.length === 0) return text;
  const edited = applySplices(text, draft.splices);
  prove(draft, root, edited);
  return edited;
}

/** The document itself, or an item of the list that it is. */
function findObject(draft: Draft, root: YamlNode, target: ObjectTarget): EditedObject {
  const items =
    root instanceof YamlMap && textOf(root.get('kind'))?.endsWith('List') ? root.get('items') : undefined;
  const index = isSequence(items) ? items.findIndex((item) => isTarget(item, target)) : -1;
  const path: FieldPath = index < 0 ? [] : ['items', index];
  const value = isSequence(items) ? items[index] : root;
  const node = nodeAt(draft.syntax, draft.syntax.root, path)?.node;
  if (!(value instanceof YamlMap) || node?.type !== 'map' || !isTarget(value, target)) {
    throw new EditProblem(`manifest not found: ${target.kind}/${target.name}`, undefined);
  }
  return { node, value, path };
}

function isTarget(object: YamlNode, { kind, name, isNamespace }: ObjectTarget): boolean {
  if (!(object instanceof YamlMap)) return false;
  if (textOf(object.get('kind'))?.toLowerCase() !== kind.toLowerCase()) return false;
  const metadata = object.get('metadata');
  if (!(metadata instanceof YamlMap)) return false;
  return textOf(metadata.get('name')) === name && isNamespace(textOf(metadata.get('namespace')) || undefined);
}

/** As the loader reads names. */
function textOf(node: YamlNode | undefined): string | undefined {
  if (node === undefined || node === null || node instanceof YamlMap || isSequence(node)) return undefined;
  return node instanceof YamlFloat || typeof node !== 'string' ? scalarText(node) : node;
}

/** Reads the new text: it must mean what the old one meant, with the intended changes and no other. */
function prove(draft: Draft, before: YamlNode, edited: string): void {
  checkAnchors(draft);
  const expected = draft.changes.reduce((root, { path, value }) => withValue(root, path, value), before);
  const path = firstDifference(expected, composeEvents(parseDocument(edited)).root);
  if (!path) return;
  const isMeant = draft.changes.some((change) => change.path.join('\0') === path.join('\0'));
  const what = `${printFieldPath(path)} ${isMeant ? 'would not become what it should be' : 'would change too'}`;
  const { shared, node } = placeOf(draft, path);
  if (!shared) throw draft.problem(node, what);
  throw draft.problem(
    shared,
    `shared through anchor &${shared.anchor}: ${what}`,
    'Nothing was changed. Write the value out where it differs, or update all that share it.',
  );
}

/** An anchor must not go with what is taken away while something else still uses it. */
function checkAnchors(draft: Draft): void {
  const gone = draft.splices.filter(({ start, end }) => draft.text.slice(start, end).includes('&'));
  const isGone = ({ from, end }: SyntaxNode) =>
    gone.some((splice) => splice.start <= from && end <= splice.end);
  if (gone.length === 0) return;
  for (const [alias, target] of draft.syntax.targets) {
    if (!isGone(target) || isGone(alias)) continue;
    throw draft.problem(alias, `anchor &${alias.name}, which is used here, would be gone`);
  }
}

/** The node at a path or, of what leads to it, the last that there is; and what shares it by an anchor. */
function placeOf({ syntax }: Draft, path: FieldPath) {
  const targets = new Set(syntax.targets.values());
  let shared: AnchoredNode | undefined;
  let node = syntax.root;
  for (let length = 0; length <= path.length; length += 1) {
    const found = nodeAt(syntax, syntax.root, path.slice(0, length));
    if (!found) break;
    const source = found.alias ? resolveAlias(syntax, found.alias) : found.node;
    if (targets.has(source) && isAnchored(source)) shared ??= source;
    node = found.node;
  }
  return { shared, node };
}

type AnchoredNode = SyntaxNode & { readonly anchor: string };

function isAnchored(node: SyntaxNode): node is AnchoredNode {
  return 'anchor' in node && node.anchor !== undefined;
}
