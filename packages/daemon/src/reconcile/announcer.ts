import { errorMessage } from '@fluxctl/shared/errors';
import type { ResourceId } from '@fluxctl/shared/resource/resource-id';
import type { Commit, CommitSha } from '../git/repository.ts';
import { appliedChanges } from './applied-changes.ts';
import { createDefinitionStore, type Definitions } from './definitions.ts';
import type { SourcePorts } from './pass-ports.ts';
import type { SourceConfig } from './source-config.ts';
import { syncEvents } from './sync-events.ts';
import type { Outcome } from './sync-report.ts';

export interface Applied {
  readonly now: Definitions;
  /** What the marker said before; undefined for nothing. */
  readonly mark: CommitSha | undefined;
  /** Newest first. */
  readonly commits: readonly Commit[];
  readonly failures: readonly Outcome[];
  readonly startedAt: Date;
}

/** Tells the world, by events, what new commits brought to the cluster. */
export interface Announcer {
  announce(applied: Applied, signal: AbortSignal): Promise<void>;
}

export function createAnnouncer(config: SourceConfig, ports: SourcePorts): Announcer {
  const daemon = ports.log.with({ component: 'daemon' });
  /** What the latest pass applied; undefined until the first one of this process. */
  let last: Definitions | undefined;
  /** Revision whose events are out, though its marker may not have been moved. */
  let announced: CommitSha | undefined;

  async function before(mark: CommitSha | undefined, signal: AbortSignal): Promise<Definitions | undefined> {
    if (last || !mark) return last;
    try {
      return await createDefinitionStore(config, ports).at(mark, signal);
    } catch (error) {
      signal.throwIfAborted();
      daemon.log({
        warning: 'failed to load last-synced resources. sync event may be inaccurate',
        err: errorMessage(error),
      });
      return undefined;
    }
  }

  return {
    async announce({ now, mark, commits, failures, startedAt }, signal) {
      const isFirst = last === undefined;
      if (commits.length > 0 && announced !== now.revision) {
        const known = await before(mark, signal);
        const changed = changedIds(known, now);
        const inRange = new Set(commits.map(({ revision }) => revision));
        const notes = await ports.repository.notes(config.notesRef, signal, inRange);
        const { events, unexpectedNotes } = syncEvents({
          commits,
          notes,
          changed,
          errors: failures.map(({ id, source, error }) => ({
            ID: id ?? '',
            Path: source.path,
            Error: error?.message ?? '',
          })),
          initial: mark === undefined,
          startedAt,
          endedAt: new Date(ports.now()),
        });
        if (unexpectedNotes) {
          daemon.log({
            warning: 'no notes expected on initial sync; this repo may be in use by another fluxd',
          });
        }
        for (const event of events) ports.events.record(event);
        announced = now.revision;
        await ports.onApplied(
          appliedChanges({ before: known, now, changed, commits, notes, isFirst }),
          signal,
        );
      } else if (isFirst) {
        const nothing = { before: undefined, changed: [], commits: [], notes: new Map() };
        await ports.onApplied(appliedChanges({ ...nothing, now, isFirst }), signal);
      }
      last = now;
    },
  };
}

/** New, or other than before; what is gone is not told, as in Flux v1. */
function changedIds(before: Definitions | undefined, now: Definitions): ResourceId[] {
  return now.wanted
    .filter(({ id, manifest }) => before?.byId.get(id)?.manifest.checksum !== manifest.checksum)
    .map(({ id }) => id)
    .sort();
}
