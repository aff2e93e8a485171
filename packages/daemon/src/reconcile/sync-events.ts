import type { EventDetail, FluxEvent, Includable, SyncMetadata } from '@fluxctl/shared/events/event';
import { releaseError } from '@fluxctl/shared/events/event-text';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import { decodeNote, type UpdateNote } from '@fluxctl/shared/updates/update-spec';
import type { Commit, CommitSha } from '../git/repository.ts';

/** What a pass brought to the cluster, as far as events tell it. */
export interface Synced {
  /** Newest first; none: nothing happened that is worth an event. */
  readonly commits: readonly Commit[];
  readonly notes: ReadonlyMap<CommitSha, string>;
  /** Added or changed since the last pass. */
  readonly changed: readonly ResourceId[];
  readonly errors: NonNullable<SyncMetadata['errors']>;
  /** Nothing had been applied before, as far as the marker tells. */
  readonly initial: boolean;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

export interface SyncEvents {
  /** The sync event first, then what the notes of the commits tell, oldest commit first. */
  readonly events: readonly FluxEvent[];
  /** Notes on a first sync: the repository may have another daemon. */
  readonly unexpectedNotes: boolean;
}

/** The events of a pass; none when no commit came in. */
export function syncEvents(synced: Synced): SyncEvents {
  if (synced.commits.length === 0) return { events: [], unexpectedNotes: false };
  const { includes, events, unexpectedNotes } = fromNotes(synced);
  const { commits, errors, initial } = synced;
  const metadata: SyncMetadata = {
    commits: commits.map(({ revision, subject }) => ({ revision, message: subject })),
    ...(Object.keys(includes).length > 0 ? { includes } : {}),
    ...(errors.length > 0 ? { errors } : {}),
    ...(initial ? { initialSync: true } : {}),
  };
  const sync = at(synced.startedAt, synced.endedAt, synced.changed, { type: 'sync', metadata });
  return { events: [sync, ...events], unexpectedNotes };
}

function fromNotes({ commits, notes, initial, endedAt }: Synced) {
  const includes: Partial<Record<Includable, true>> = {};
  const events: FluxEvent[] = [];
  for (const { revision } of commits.toReversed()) {
    const text = notes.get(revision);
    if (text === undefined) {
      includes.other = true;
      continue;
    }
    // The first sync meets the whole history: its releases are old news.
    if (initial) return { includes, events, unexpectedNotes: true };
    const note = decodeNote(text);
    if (!note) continue;
    const { includable, detail } = fromNote(revision, note);
    includes[includable] = true;
    if (detail) events.push(at(endedAt, endedAt, succeeded(note), detail));
  }
  return { includes, events, unexpectedNotes: false };
}

function fromNote(revision: string, note: UpdateNote): { includable: Includable; detail?: EventDetail } {
  const { spec, result } = note;
  const error = releaseError(result);
  const common = { Revision: revision, result, ...(error === '' ? {} : { error }) };
  switch (spec.type) {
    case 'image':
    case 'containers':
      return {
        includable: 'release',
        detail: {
          type: 'release',
          metadata: {
            ...common,
            spec:
              spec.type === 'image'
                ? { Type: 'releaseImageSpecType', ReleaseImageSpec: spec.spec, ReleaseContainersSpec: null }
                : {
                    Type: 'releaseContainersSpecType',
                    ReleaseImageSpec: null,
                    ReleaseContainersSpec: spec.spec,
                  },
            cause: spec.cause,
          },
        },
      };
    case 'auto':
      return {
        includable: 'autorelease',
        detail: { type: 'autorelease', metadata: { ...common, spec: spec.spec } },
      };
    case 'policy':
      return { includable: 'update_policy' };
    case 'sync':
      return { includable: 'other' };
    default:
      return spec.type satisfies never;
  }
}

function succeeded(note: UpdateNote): ResourceId[] {
  return Object.entries(note.result ?? {})
    .filter(([, workload]) => workload.Status === 'success')
    .map(([id]) => id as ResourceId)
    .sort();
}

function at(startedAt: Date, endedAt: Date, ids: readonly ResourceId[], detail: EventDetail): FluxEvent {
  return {
    id: 0,
    serviceIDs: ids,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
    logLevel: 'info',
    ...detail,
  };
}
