import type { ContainerUpdate } from '@fluxctl/shared/api/types';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { decodeNote, type UpdateNote } from '@fluxctl/shared/updates/update-spec';
import type { CommitSha } from '../../git/repository.ts';
import type { AppliedChanges, ChangedObject } from '../../manifests/applied-changes.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { createBreather } from '../../waiting/breather.ts';
import { findImageChange, type HistoryPorts } from './find-change.ts';
import { imageChanges } from './image-changes.ts';

/** A workload that has got other images. */
export interface Beginning {
  readonly id: ResourceId;
  readonly manifest: Manifest;
  readonly images: readonly ContainerUpdate[];
  /** The commit that brought them. */
  readonly revision: CommitSha;
  readonly note: UpdateNote | undefined;
}

/** So many workloads are looked up in the history, where a pass brought several commits. */
const lookUps = 20;

/** The workloads whose images a pass has changed, whoever made the commits. */
export async function findBeginnings(
  applied: AppliedChanges,
  history: HistoryPorts,
  signal: AbortSignal,
): Promise<Beginning[]> {
  const found: Beginning[] = [];
  const noteOn = noteReader(applied.notes);
  const breathe = createBreather();
  let lookUpsLeft = lookUps;
  for (const object of applied.changed) {
    await breathe();
    if (!rollsOut(object.manifest)) continue;
    const now = (await object.images(signal)) ?? [];
    const before = (await object.imagesBefore(signal)) ?? [];
    const images = imageChanges(before, now);
    if (images.length === 0) continue;
    let revision = knownCommit(object, images, applied.commits, noteOn);
    if (revision === undefined && lookUpsLeft > 0) {
      lookUpsLeft -= 1;
      revision = (await findImageChange(object.manifest, now, applied.revision, history, signal))?.revision;
    }
    revision ??= applied.revision;
    const { id, manifest } = object;
    found.push({ id, manifest, images, revision, note: noteOn(revision) });
  }
  return found;
}

/** Kinds whose controllers replace pods by new ones. */
export function rollsOut({ apiVersion, kind }: Manifest): boolean {
  return apiVersion.startsWith('apps/') && ['Deployment', 'DaemonSet', 'StatefulSet'].includes(kind);
}

type NoteReader = (revision: CommitSha) => UpdateNote | undefined;

/** Reads a note once, however many workloads its commit has changed. */
function noteReader(notes: AppliedChanges['notes']): NoteReader {
  const read = new Map<CommitSha, UpdateNote | undefined>();
  return (revision) => {
    if (!read.has(revision)) read.set(revision, decodeNote(notes.get(revision) ?? ''));
    return read.get(revision);
  };
}

/** The only commit, or the newest that says so in its note. */
function knownCommit(
  { id }: ChangedObject,
  images: readonly ContainerUpdate[],
  commits: AppliedChanges['commits'],
  noteOn: NoteReader,
): CommitSha | undefined {
  if (commits.length === 1) return commits[0]?.revision;
  const targets = new Set(images.map(({ Container, Target }) => `${Container} ${Target}`));
  return commits.find(({ revision }) => {
    const updates = noteOn(revision)?.result?.[id]?.PerContainer ?? [];
    return updates.some(({ Container, Target }) => targets.has(`${Container} ${Target}`));
  })?.revision;
}
