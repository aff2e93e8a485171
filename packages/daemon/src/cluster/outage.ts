import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../log/logger.ts';
import type { ApiUnreachableError } from './api-error.ts';

/**
 * What all requests to one API server know together of its being away, so that a thousand of them do
 * not each find out for themselves: one looks at a time, and all go on when it is back.
 */
export interface Outage {
  /**
   * Resolves when a request may be tried: at once, unless the server is away.
   * @throws {ApiUnreachableError} when it has been away for longer than is worth waiting for
   */
  turn(signal: AbortSignal): Promise<void>;
  /** A request got an answer, whichever. */
  answered(): void;
  /** A request got none. @returns whether it is worth trying it again */
  unanswered(error: ApiUnreachableError): boolean;
}

/** How long an API server that restarts is waited for, in milliseconds. */
const patienceMs = 30_000;
/** Between two looks whether it is back, in milliseconds; each is twice the last. */
const look = { firstMs: 100, capMs: 2_000 };
/** A connection that was cut is no outage yet, in milliseconds. */
const worthTellingMs = 1_000;

interface Away {
  readonly since: number;
  readonly back: Promise<void>;
  readonly end: () => void;
  error: ApiUnreachableError;
  pauseMs: number;
  lookAt: number;
  told: boolean;
}

export function createOutage(now: () => number, log: Logger): Outage {
  const cluster = log.with({ component: 'cluster' });
  let away: Away | undefined;
  return {
    async turn(signal) {
      while (away !== undefined) {
        if (now() >= away.lookAt) {
          away.lookAt = now() + away.pauseMs;
          return;
        }
        if (now() - away.since >= patienceMs) throw away.error;
        await soon(away, away.lookAt - now(), signal);
      }
    },
    answered() {
      if (away?.told) cluster.log({ info: 'the API server answers again' });
      away?.end();
      away = undefined;
    },
    unanswered(error) {
      if (away === undefined) {
        const { promise: back, resolve: end } = Promise.withResolvers<void>();
        away = { since: now(), back, end, error, pauseMs: look.firstMs, lookAt: 0, told: false };
      }
      away.error = error;
      away.lookAt = now() + away.pauseMs;
      away.pauseMs = Math.min(look.capMs, away.pauseMs * 2);
      if (!away.told && now() - away.since >= worthTellingMs) {
        away.told = true;
        cluster.log({ err: error.message });
      }
      return now() - away.since < patienceMs;
    },
  };
}

async function soon({ back }: Away, ms: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const pause = sleep(ms, undefined, { signal: AbortSignal.any([signal, done.signal]) });
  try {
    await Promise.race([back, pause]);
  } finally {
    done.abort();
    pause.catch(() => undefined);
  }
  signal.throwIfAborted();
}
