import { errorMessage } from '@fluxctl/shared/errors';
import { composeDocument } from '../yaml/compose.ts';
import { type DocumentSlice, splitDocuments } from '../yaml/documents.ts';
import { type AnnotationChanges, editAnnotations } from './edit-annotations.ts';
import { editImages, type ImageEdit } from './edit-image.ts';
import { EditProblem } from './edit-problem.ts';
import { findObject, type ObjectTarget } from './find-object.ts';
import { differences, leavesOf } from './leaves.ts';
import { applySplices, type Splice } from './splice.ts';
import { parseSyntax } from './syntax.ts';

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
 * must differ from what went in by those values alone.
 * @param text - the whole file, with its byte order mark
 * @throws {EditProblem} with the line of the file
 */
export function editFile(text: string, edits: readonly ObjectEdit[]): string {
  const mark = text.startsWith('\uFEFF') ? 1 : 0;
  const stream = text.slice(mark);
  const slices = new Map([...splitDocuments(stream)].map((slice) => [slice.document, slice]));
  const splices: Splice[] = [];
  for (const [number, some] of Map.groupBy(edits, ({ document }) => document)) {
    const slice = slices.get(number);
    if (!slice) throw new EditProblem(`the file has no document ${number}`, undefined);
    const edited = editDocument(slice, some);
    if (edited !== slice.text)
      splices.push({ start: slice.start, end: slice.start + slice.text.length, text: edited });
  }
  return text.slice(0, mark) + applySplices(stream, splices);
}

function editDocument(slice: DocumentSlice, edits: readonly ObjectEdit[]): string {
  try {
    let { text } = slice;
    // one object after the other: a later one is found anew in what the earlier left
    for (const edit of edits) text = editObject(text, edit);
    return text;
  } catch (error) {
    if (!(error instanceof EditProblem)) throw new EditProblem(errorMessage(error), slice.line);
    throw new EditProblem(error.message, slice.line + (error.line ?? 1) - 1, error.help);
  }
}

function editObject(text: string, edit: ObjectEdit): string {
  const document = parseSyntax(text);
  const object = findObject(document, edit.target);
  if (!object)
    throw new EditProblem(`manifest not found: ${edit.target.kind}/${edit.target.name}`, undefined);
  const splices = [
    ...(edit.images ? editImages(document, object, edit.target.kind, edit.images) : []),
    ...(edit.annotations ? editAnnotations(document, object, edit.annotations) : []),
  ];
  const edited = applySplices(text, splices);
  prove(text, edited, edit);
  return edited;
}

/** Reads both again: what changed must be what was meant, and all of it. */
function prove(before: string, after: string, edit: ObjectEdit): void {
  const changes = differences(leavesOf(composeDocument(before).root), leavesOf(composeDocument(after).root));
  const images = new Set((edit.images ?? []).map(({ image }) => image));
  for (const { path, to } of changes) {
    // `annotations:` without a value was null, and is a mapping now
    if (edit.annotations && to === undefined && path.endsWith('/metadata/annotations')) continue;
    const value = to?.startsWith('"') ? to.slice(1) : undefined;
    if (/\/(?:initContainers|containers)\/\d+\/image$/.test(path) && value !== undefined && images.has(value))
      continue;
    const annotation = /(?:^|\/)metadata\/annotations\/([^/]+)$/
      .exec(path)?.[1]
      ?.replaceAll('~1', '/')
      .replaceAll('~0', '~');
    if (
      annotation !== undefined &&
      edit.annotations?.has(annotation) &&
      edit.annotations.get(annotation) === value
    )
      continue;
    throw new EditProblem(
      `the edit would change ${path} too`,
      undefined,
      'Nothing was written. Change the file by hand.',
    );
  }
  const done = leavesOf(composeDocument(after).root);
  for (const image of images) {
    if (![...done].some(([path, value]) => path.endsWith('/image') && value === `"${image}`)) {
      throw new EditProblem(`the edit did not bring in ${image}`, undefined);
    }
  }
}
