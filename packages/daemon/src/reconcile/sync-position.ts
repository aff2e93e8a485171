import type { CommitSha, Repository } from '../git/repository.ts';
import type { Logger } from '../log/logger.ts';
import type { SyncMarker } from './marker.ts';

/** Where the cluster stands: the marker, and what this process knows of it. */
export interface SyncPosition {
  /**
   * The revision that was last applied, as the marker tells; undefined for none. Makes no request when
   * this process itself has moved the marker to `head`.
   */
  read(head: CommitSha, signal: AbortSignal): Promise<CommitSha | undefined>;
  /** Moves the marker, unless this process has moved it there before. The first time it always moves. */
  move(revision: CommitSha, before: CommitSha | undefined, signal: AbortSignal): Promise<void>;
}

export function createSyncPosition(
  marker: SyncMarker,
  repository: Pick<Repository, 'resolve'>,
  log: Logger,
): SyncPosition {
  const daemon = log.with({ component: 'daemon' });
  const loop = log.with({ component: 'sync-loop' });
  /** Revision that this process moved the marker to. */
  let remembered: CommitSha | undefined;
  let warnedOfSharing = false;

  return {
    async read(head, signal) {
      if (remembered === head && !marker.readsLocally) return remembered;
      const mark = await marker.read(signal);
      if (mark === undefined || mark === head) return mark;
      if ((await repository.resolve(mark, signal)) !== undefined) return mark;
      daemon.log({
        warning: 'the sync state names a revision that the repository does not have; starting anew',
        state: marker.name,
        revision: mark,
      });
      return undefined;
    },
    async move(revision, before, signal) {
      if (remembered !== undefined && remembered !== before && !warnedOfSharing) {
        warnedOfSharing = true;
        loop.log({
          warning:
            'detected external change in sync state; the sync state should not be shared by fluxd instances',
          state: marker.name,
        });
      }
      if (remembered === revision) return;
      await marker.write(revision, signal);
      remembered = revision;
      loop.log({ state: marker.name, old: before ?? '', new: revision });
    },
  };
}
