import { setTimeout as sleep } from 'node:timers/promises';
import { ApiStatusError, ApiUnreachableError, isTransient } from './api-error.ts';
import type { Outage } from './outage.ts';

export interface RetryPorts {
  /** From 0 to 1. */
  readonly random: () => number;
  readonly outage: Outage;
  /** Runs one try, when there is room for it; at once when left out. What waits needs no room. */
  readonly run?: <T>(task: () => Promise<T>) => Promise<T>;
  /** The server said that it is busy, or did not answer. */
  readonly onBusy?: () => void;
}

interface Patience {
  readonly attempts: number;
  /** Longest wait of our own choice between two tries, in milliseconds. */
  readonly capMs: number;
}

/** Not taken up at all: it may be sent as often as the server likes, at the pace it asks for. */
const busy: Patience = { attempts: 20, capMs: 15_000 };
/** Somebody else wrote at the same time. */
const race: Patience = { attempts: 6, capMs: 2_000 };
/** A webhook that does not answer, a database that is slow: soon over, or there to stay. */
const fault: Patience = { attempts: 4, capMs: 5_000 };
/** No answer: goes on for as long as the outage is worth waiting for. */
const away: Patience = { attempts: 20, capMs: 2_000 };
/** A minute was waited for already. */
const late: Patience = { attempts: 2, capMs: 2_000 };

/** A server that asks for more is tried earlier, in milliseconds. */
const longestRetryAfter = 60_000;

/**
 * Does a request again while its failure is one that may pass; a `Retry-After` is obeyed.
 * @throws the last failure; what aborted `signal`, if something did
 */
export async function withRetries<T>(
  task: () => Promise<T>,
  { random, outage, run = (task) => task(), onBusy }: RetryPorts,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    await outage.turn(signal);
    try {
      const answer = await run(async () => {
        signal.throwIfAborted();
        return task();
      });
      outage.answered();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const patience = patienceFor(error, outage);
      if (!patience || attempt >= patience.attempts) throw error;
      if (patience !== race && patience !== fault) onBusy?.();
      const asked = error instanceof ApiStatusError ? (error.retryAfterMs ?? 0) : 0;
      const own = retryDelay(attempt, patience.capMs, random);
      const wait = asked > 0 ? Math.min(longestRetryAfter, asked) + Math.min(own, 1_000) : own;
      await sleep(wait, undefined, { signal });
    }
  }
}

function patienceFor(error: unknown, outage: Outage): Patience | undefined {
  if (error instanceof ApiUnreachableError) {
    if (error.late) return late;
    return outage.unanswered(error) ? away : undefined;
  }
  if (!(error instanceof ApiStatusError)) return undefined;
  outage.answered();
  if (!isTransient(error)) return undefined;
  if (error.code === 429) return busy;
  return error.code === 409 ? race : fault;
}

/** Wait before try `attempt + 1`, in ms: doubled each time, half of it by chance, never above the cap. */
export function retryDelay(attempt: number, capMs: number, random: () => number): number {
  const full = Math.min(capMs, 200 * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}
