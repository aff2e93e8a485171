import type { JobStatus } from '@fluxctl/shared/api/types';
import { decodeNote } from '@fluxctl/shared/updates/update-spec';
import type { Repository } from '../git/repository.ts';

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
  const notes = await repository.notes(place.notesRef, signal);
  if (notes.size === 0) return undefined;
  const head = await repository.head(signal);
  for (const { revision } of await repository.log({ to: head }, place.paths, signal)) {
    const note = decodeNote(notes.get(revision) ?? '');
    if (note?.jobID !== id) continue;
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
