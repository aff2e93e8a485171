import type { Logger } from '../log/logger.ts';
import type { ApiUnreachableError } from './api-error.ts';

/**
 * What all requests to one API server know together of its being away, so that a thousand of them do
 * not each wait for it by themselves.
 */
export interface Outage {
  /** A request got an answer, whichever. */
  answered(): void;
  /** A request got none. @returns whether it is worth trying it again */
  unanswered(error: ApiUnreachableError): boolean;
  /** Why a request need not be tried now; undefined when it should be. */
  refusal(): ApiUnreachableError | undefined;
}

/** How long an API server that restarts is waited for, in milliseconds. */
const patienceMs = 30_000;
/** Between tries to find out whether one is back that was away for longer, in milliseconds. */
const probeMs = 2_000;

/** A connection that was cut is no outage yet, in milliseconds. */
const worthTellingMs = 1_000;

export function createOutage(now: () => number, log: Logger): Outage {
  const cluster = log.with({ component: 'cluster' });
  let away:
    | { readonly since: number; probedAt: number; error: ApiUnreachableError; told: boolean }
    | undefined;
  return {
    answered() {
      if (away?.told) cluster.log({ info: 'the API server answers again' });
      away = undefined;
    },
    unanswered(error) {
      away ??= { since: now(), probedAt: 0, error, told: false };
      away.error = error;
      away.probedAt = now();
      if (!away.told && now() - away.since >= worthTellingMs) {
        away.told = true;
        cluster.log({ err: error.message });
      }
      return now() - away.since < patienceMs;
    },
    refusal() {
      if (away === undefined || now() - away.since < patienceMs) return undefined;
      if (now() - away.probedAt < probeMs) return away.error;
      // One goes ahead and looks.
      away.probedAt = now();
      return undefined;
    },
  };
}
