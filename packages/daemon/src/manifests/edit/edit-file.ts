import type { FieldPath } from '../field-path.ts';
import { composeEvents } from '../yaml/compose.ts';
import { type DocumentSlice, splitDocuments } from '../yaml/documents.ts';
import { isSequence, YamlFloat, YamlMap, type YamlNode } from '../yaml/node.ts';
import { parseDocument, YamlError } from '../yaml/parse-events.ts';
import { readPlainDocument } from '../yaml/plain-document.ts';
import { scalarText } from '../yaml/scalar-text.ts';
import { Draft, type EditedObject } from './draft.ts';
import { type AnnotationChanges, editAnnotations } from './edit-annotations.ts';
import { editImages, type ImageEdit } from './edit-images.ts';
import { EditProblem } from './edit-problem.ts';
import { nodeAt } from './lookup.ts';
import { proveEdit } from './prove-edit.ts';
import { applySplices, type Splice } from './splice.ts';
import { readSyntax } from './syntax.ts';

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
  const { root, draft } = beginDraft(text);
  for (const { target, images, annotations } of edits) {
    const object = findObject(draft, root, target);
    if (images) editImages(draft, object, target.kind, images);
    if (annotations) editAnnotations(draft, object, annotations);
  }
  if (draft.splices.length === 0) return text;
  const edited = applySplices(text, draft.splices);
  proveEdit(draft, root, edited);
  return edited;
}

function beginDraft(text: string): { readonly root: YamlNode; readonly draft: Draft } {
  const plain = readPlainDocument(text);
  if (plain) {
    const draft = new Draft(text, true, () => readSyntax(text, parseDocument(text)));
    return { root: plain.root, draft };
  }
  const parsed = parseDocument(text);
  return { root: composeEvents(parsed).root, draft: new Draft(text, false, () => readSyntax(text, parsed)) };
}

/** The document itself, or an item of the list that it is. */
function findObject(draft: Draft, root: YamlNode, target: ObjectTarget): EditedObject {
  const items =
    root instanceof YamlMap && textOf(root.get('kind'))?.endsWith('List') ? root.get('items') : undefined;
  const index = isSequence(items) ? items.findIndex((item) => isTarget(item, target)) : -1;
  const path: FieldPath = index < 0 ? [] : ['items', index];
  const value = isSequence(items) ? items[index] : root;
  const notFound = () => new EditProblem(`manifest not found: ${target.kind}/${target.name}`, undefined);
  if (!(value instanceof YamlMap) || !isTarget(value, target)) throw notFound();
  return {
    value,
    path,
    get node() {
      const node = nodeAt(draft.syntax, draft.syntax.root, path)?.node;
      if (node?.type !== 'map') throw notFound();
      return node;
    },
  };
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
