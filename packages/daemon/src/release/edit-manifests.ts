import { isUtf8 } from 'node:buffer';
import { UserError } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { AnnotationChanges } from '../manifests/edit/edit-annotations.ts';
import { editFile, type ObjectEdit } from '../manifests/edit/edit-file.ts';
import type { ImageEdit } from '../manifests/edit/edit-images.ts';
import { EditProblem } from '../manifests/edit/edit-problem.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { createBreather } from '../waiting/breather.ts';
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
  const breathe = createBreather();
  for (const [path, some] of Map.groupBy(edits, ({ manifest }) => manifest.source.path)) {
    const [first] = some;
    if (!first) continue;
    await breathe();
    const text = textOf(await loaded.file(first.manifest, signal), first);
    const edited = editTogether(text, first, some);
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
function editTogether(text: string, first: ManifestEdit, edits: readonly ManifestEdit[]): string {
  try {
    return editFile(text, edits.map(objectEdit));
  } catch (error) {
    if (!(error instanceof EditProblem)) throw error;
    const { line = 0 } = error;
    const ordered = edits.toSorted((a, b) => a.manifest.source.line - b.manifest.source.line);
    // That of the object which is the last to begin before it.
    throw refusal(ordered.findLast(({ manifest }) => manifest.source.line <= line) ?? first, error);
  }
}

function objectEdit({ manifest, images, annotations }: ManifestEdit): ObjectEdit {
  const { kind, name, namespace, source } = manifest;
  const isNamespace = (written: string | undefined) => written === (namespace || undefined);
  const target = { kind, name, isNamespace };
  return { document: source.document, target, images, ...(annotations.size > 0 ? { annotations } : {}) };
}

function refusal({ id, manifest }: ManifestEdit, problem: EditProblem): UserError {
  const { message, help } = problem.inFile(manifest.source.path);
  return new UserError(`applying changes: updating resource ${id} in ${message}`, { help, cause: problem });
}
