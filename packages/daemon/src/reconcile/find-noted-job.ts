import type { JobStatus } from '@fluxctl/shared/api/types';
import { decodeNote, type UpdateNote } from '@fluxctl/shared/updates/update-spec';
import type { CommitSha, Repository } from '../git/repository.ts';

/**
 * Looks for the commit that a job made, by its note: how a job is found again after a restart. Only
 * jobs that pushed a commit leave a trace.
 */
export async function findNotedJob(
  id: string,
  repository: Repository,
  place: { readonly notesRef: string; readonly paths: readonly string[] },
  signal: AbortSignal,
): Promise<JobStatus | undefined> {
  const notes = new Map<CommitSha, UpdateNote>();
  for (const [revision, text] of await repository.notes(place.notesRef, signal)) {
    // There may be thousands, and somebody who waits for a job asks every few seconds.
    const note = text.includes(id) ? decodeNote(text) : undefined;
    if (note?.jobID === id) notes.set(revision, note);
  }
  if (notes.size === 0) return undefined;
  const head = await repository.head(signal);
  for (const { revision } of await repository.log({ to: head }, place.paths, signal)) {
    const note = notes.get(revision);
    if (!note) continue;
    const { spec, result } = note;
    const hasResult = result !== null && Object.keys(result).length > 0;
    return {
      Result: { revision, spec, ...(hasResult ? { result } : {}) },
      Err: '',
      StatusString: 'succeeded',
    };
  }
  return undefined;
}
