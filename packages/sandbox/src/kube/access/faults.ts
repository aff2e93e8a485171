import { matches, type RequestInfo, type RequestMatch } from './request-info.ts';

/** What goes wrong. */
export type Fault =
  /** A refusal by status; `retryAfter` in seconds. */
  | {
      readonly type: 'status';
      readonly code: number;
      readonly retryAfter?: number;
      readonly message?: string;
    }
  /** The connection ends without an answer; the request was not carried out. */
  | { readonly type: 'cut-before' }
  /** The request is carried out; the connection ends in the middle of the answer. */
  | { readonly type: 'cut-after' }
  /** The answer comes late, by this many milliseconds. */
  | { readonly type: 'slow'; readonly ms: number }
  /** There is never an answer. */
  | { readonly type: 'hang' };

interface Planned {
  readonly match: RequestMatch;
  readonly fault: Fault;
  left: number;
}

/** Faults on demand, for the requests that match. */
export class Faults {
  readonly #planned = new Set<Planned>();

  /**
   * @param times - how often; for ever when left out
   * @returns ends it
   */
  plan(match: RequestMatch, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const planned: Planned = { match, fault, left: times };
    this.#planned.add(planned);
    return () => this.#planned.delete(planned);
  }

  clear(): void {
    this.#planned.clear();
  }

  /** The fault that this request shall meet, and one less of it. */
  take(request: RequestInfo): Fault | undefined {
    for (const planned of this.#planned) {
      if (!matches(request, planned.match)) continue;
      planned.left--;
      if (planned.left <= 0) this.#planned.delete(planned);
      return planned.fault;
    }
    return undefined;
  }
}
