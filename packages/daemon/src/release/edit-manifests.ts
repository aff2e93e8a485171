import { isUtf8 } from 'node:buffer';
import { errorMessage, FluxError, UserError } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { AnnotationChanges } from '../manifests/edit/edit-annotations.ts';
import { editFile, type ObjectEdit } from '../manifests/edit/edit-file.ts';
import type { ImageEdit } from '../manifests/edit/edit-images.ts';
import { EditProblem } from '../manifests/edit/edit-problem.ts';
import type { Manifest } from '../manifests/manifest.ts';
import type { Definitions } from './update-ports.ts';

/** What is to change in one object of git. */
export interface ManifestEdit {
  readonly id: ResourceId;
  readonly manifest: Manifest;
  readonly images: readonly ImageEdit[];
  readonly annotations: AnnotationChanges;
}

/**
 * Edits files of a revision, in memory.
 * @returns the new texts of the files that change, by path
 * @throws {UserError} `applying changes: updating resource … in FILE:LINE: …`
 */
export async function editManifests(
  edits: readonly ManifestEdit[],
  { loaded }: Definitions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const [path, some] of Map.groupBy(edits, ({ manifest }) => manifest.source.path)) {
    const [first] = some;
    if (!first) continue;
    const text = textOf(await loaded.file(first.manifest, signal), first);
    const edited = editTogether(text, some);
    if (edited !== text) texts.set(path, edited);
  }
  return texts;
}

/** An editor that took bytes for another character would write that character back. */
function textOf(file: Buffer, edit: ManifestEdit): string {
  if (isUtf8(file)) return file.toString('utf8');
  throw refusal(edit, new EditProblem('only files in UTF-8 can be edited', undefined));
}

/** All of a file at once: objects may share a value through an anchor. */
function editTogether(text: string, edits: readonly ManifestEdit[]): string {
  try {
    return editFile(text, edits.map(objectEdit));
  } catch (error) {
    throw refusal(blamed(error, edits), error);
  }
}

function objectEdit({ manifest, images, annotations }: ManifestEdit): ObjectEdit {
  const { kind, name, namespace, source } = manifest;
  const isNamespace = (written: string | undefined) => written === (namespace || undefined);
  return { document: source.document, target: { kind, name, isNamespace }, images, annotations };
}

/** The last of the edited objects that begins before the line of the problem. */
function blamed(error: unknown, edits: readonly ManifestEdit[]): ManifestEdit | undefined {
  const line = error instanceof EditProblem ? error.line : undefined;
  const before = edits.filter(({ manifest }) => line === undefined || manifest.source.line <= line);
  const ordered = before.toSorted((a, b) => a.manifest.source.line - b.manifest.source.line);
  return line === undefined ? edits[0] : (ordered.at(-1) ?? edits[0]);
}

function refusal(edit: ManifestEdit | undefined, cause: unknown): UserError {
  const told = cause instanceof EditProblem && edit ? cause.inFile(edit.manifest.source.path) : cause;
  const place = told === cause ? `in ${edit?.manifest.source.path}: ` : 'in ';
  return new UserError(`applying changes: updating resource ${edit?.id} ${place}${errorMessage(told)}`, {
    help: told instanceof FluxError ? told.help : '',
    cause,
  });
}
