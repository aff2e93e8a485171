import { isMatch, type Match } from './match.ts';

/** What can go wrong with any request. */
export type ConnectionFault =
  /** The answer comes late, by this many milliseconds. */
  | { readonly type: 'slow'; readonly ms: number }
  /** There is never an answer. */
  | { readonly type: 'hang' }
  /** The connection ends without an answer; the request was not carried out. */
  | { readonly type: 'cut-before' };

interface Planned<Request, Fault> {
  readonly match: Match<Request>;
  readonly fault: Fault;
  left: number;
}

/** Faults on demand, for the requests that match. */
export class FaultPlan<Request extends object, Fault> {
  readonly #planned = new Set<Planned<Request, Fault>>();

  /**
   * @param times - how often; for ever when left out
   * @returns ends it
   */
  plan(match: Match<Request>, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const planned: Planned<Request, Fault> = { match, fault, left: times };
    this.#planned.add(planned);
    return () => this.#planned.delete(planned);
  }

  clear(): void {
    this.#planned.clear();
  }

  /** The fault that this request shall meet, and one less of it. */
  take(request: Request): Fault | undefined {
    for (const planned of this.#planned) {
      if (!isMatch(request, planned.match)) continue;
      planned.left--;
      if (planned.left <= 0) this.#planned.delete(planned);
      return planned.fault;
    }
    return undefined;
  }
}
