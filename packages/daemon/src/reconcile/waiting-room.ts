import type { BackOffOptions } from '../waiting/back-off.ts';
import { backOff } from '../waiting/back-off.ts';
import type { WaitingRoom } from './plan.ts';
import type { ObjectKey } from './wanted.ts';

/** Why the cluster does not have an object as git has it. */
export interface Failure {
  readonly message: string;
  /** Path of the field at fault, where the API server named one. */
  readonly field: string | undefined;
}

interface Wait {
  readonly checksum: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** Undefined when the object was applied well, but somebody keeps undoing it. */
  readonly failure: Failure | undefined;
  /** Whether something is left to be done when the wait is over. */
  readonly pending: boolean;
}

export interface WaitingRoomOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  /** No object waits longer than this; the sync interval suits. */
  readonly capMs: number;
}

/**
 * Remembers which objects failed or were fought over, so that each is tried again by itself, later and
 * later. A new definition of the object is tried at once.
 */
export interface ObjectWaits extends WaitingRoom {
  failed(key: ObjectKey, checksum: string, failure: Failure): void;
  /** Applied because somebody had changed it; done again soon after, it has to wait. */
  repaired(key: ObjectKey, checksum: string): void;
  /** Applied for any other reason, or found as git has it. */
  settled(key: ObjectKey): void;
  /** Is not as git has it, and must wait: look again when the wait is over. */
  postponed(key: ObjectKey): void;
  failure(key: ObjectKey, checksum: string): Failure | undefined;
  /** All may be tried now. */
  release(): void;
  /** Forgets objects that git no longer defines. */
  retain(isWanted: (key: ObjectKey) => boolean): void;
  /** When the next object is to be tried again, in milliseconds since 1970. */
  nextDue(): number | undefined;
  /** Objects whose wait is over and that are to be tried again. */
  due(): ObjectKey[];
}

/** After a quiet time of so many waits, a repaired object is no longer counted as fought over. */
const quietAfter = 4;

export function createWaitingRoom(options: WaitingRoomOptions): ObjectWaits {
  const waits = new Map<ObjectKey, Wait>();
  const failures: BackOffOptions = { firstMs: 5_000, capMs: options.capMs, random: options.random };
  const repairs: BackOffOptions = { firstMs: 1_000, capMs: options.capMs, random: options.random };

  const valid = (key: ObjectKey, checksum: string): Wait | undefined => {
    const wait = waits.get(key);
    return wait?.checksum === checksum ? wait : undefined;
  };

  return {
    waitsUntil(key, checksum) {
      const wait = valid(key, checksum);
      return wait && wait.until > options.now() ? wait.until : undefined;
    },
    failed(key, checksum, failure) {
      const before = valid(key, checksum);
      const attempts = (before?.failure ? before.attempts : 0) + 1;
      const until = options.now() + backOff(attempts, failures);
      waits.set(key, { checksum, attempts, until, failure, pending: true });
    },
    repaired(key, checksum) {
      const before = valid(key, checksum);
      const quiet = before && options.now() - before.until > quietAfter * backOff(before.attempts, repairs);
      const attempts = before && !before.failure && !quiet ? before.attempts + 1 : 1;
      // The first repair costs no wait: what somebody did by hand once is put right at once.
      const wait = attempts === 1 ? 0 : backOff(attempts - 1, repairs);
      waits.set(key, { checksum, attempts, until: options.now() + wait, failure: undefined, pending: false });
    },
    settled(key) {
      const wait = waits.get(key);
      if (wait?.failure) waits.delete(key);
      else if (wait?.pending) waits.set(key, { ...wait, pending: false });
    },
    postponed(key) {
      const wait = waits.get(key);
      if (wait) waits.set(key, { ...wait, pending: true });
    },
    failure: (key, checksum) => valid(key, checksum)?.failure,
    release() {
      for (const [key, wait] of waits) waits.set(key, { ...wait, until: 0 });
    },
    retain(isWanted) {
      for (const key of waits.keys()) if (!isWanted(key)) waits.delete(key);
    },
    nextDue() {
      let next: number | undefined;
      for (const wait of waits.values()) {
        if (wait.pending && (next === undefined || wait.until < next)) next = wait.until;
      }
      return next;
    },
    due() {
      const now = options.now();
      return [...waits].filter(([, wait]) => wait.pending && wait.until <= now).map(([key]) => key);
    },
  };
}
