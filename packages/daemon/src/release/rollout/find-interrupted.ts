import { decodeNote, type UpdateNote } from '@fluxctl/shared/updates/update-spec';
import type { CommitSha } from '../../git/repository.ts';
import type { AppliedChanges } from '../../manifests/applied-changes.ts';
import { type Beginning, rollsOut } from './begin.ts';
import { findImageChange } from './find-change.ts';
import { mayBeUnderWay } from './resume.ts';
import type { RolloutPorts } from './rollout-ports.ts';

/** More are not looked up in git's history: then something else is wrong. */
const most = 100;

/**
 * Rollouts that may have been under way when another process ended: of workloads that are not well, with
 * the commit that brought their images. Git and the cluster alone tell.
 */
export async function* findInterrupted(
  first: AppliedChanges,
  notesRef: string,
  ports: RolloutPorts,
  signal: AbortSignal,
): AsyncGenerator<Beginning> {
  const live = await ports.cluster.workloads({}, signal);
  const suspects = new Set(live.filter(mayBeUnderWay).map(({ id }) => id));
  if (suspects.size === 0) return;
  let left = most;
  for (const { id, manifest, images: imagesOf } of first.all()) {
    if (!suspects.has(id) || !rollsOut(manifest)) continue;
    if (left === 0) return;
    left -= 1;
    const images = (await imagesOf(signal)) ?? [];
    const change = await findImageChange(manifest, images, first.revision, ports, signal);
    if (!change) continue;
    yield { id, manifest, ...change, note: await noteOn(change.revision, notesRef, ports, signal) };
  }
}

async function noteOn(
  revision: CommitSha,
  notesRef: string,
  { repository }: RolloutPorts,
  signal: AbortSignal,
): Promise<UpdateNote | undefined> {
  const notes = await repository.notes(notesRef, signal, new Set([revision]));
  return decodeNote(notes.get(revision) ?? '');
}
