import { matches, type RegistryRequest, type RequestMatch } from './request-log.ts';

/** What goes wrong. */
export type Fault =
  /** A refusal by status; `retryAfter` in seconds, or a date as HTTP writes it. */
  | {
      readonly type: 'status';
      readonly code: number;
      readonly retryAfter?: number | string;
      readonly message?: string;
    }
  /** The answer comes late, by this many milliseconds. */
  | { readonly type: 'slow'; readonly ms: number }
  /** There is never an answer. */
  | { readonly type: 'hang' }
  /** The connection ends without an answer; the request was not carried out. */
  | { readonly type: 'cut-before' }
  /** The connection ends in the middle of the answer. */
  | { readonly type: 'cut-within' }
  /** A web page, with status 200: what a proxy or a log-in screen in between answers. */
  | { readonly type: 'html' }
  /** Half of the body, as if that were all. */
  | { readonly type: 'truncated' }
  /** `Docker-Content-Digest` is that of something else. */
  | { readonly type: 'wrong-digest' }
  /** Other bytes than the digest says; JSON stays JSON. */
  | { readonly type: 'wrong-content' }
  /** The answer is this long: spaces follow what there is. */
  | { readonly type: 'huge'; readonly bytes: number }
  /** The next page of a list is this page again, always a new one, or what the `Link` header shall say. */
  | { readonly type: 'link'; readonly to: 'itself' | 'endless' | { readonly header: string } }
  /** The token of the request is not known any more. */
  | { readonly type: 'expired-token' }
  /** Any other answer. */
  | {
      readonly type: 'answer';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string;
    };

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
  plan(match: RequestMatch, fault: Fault, times: number = Number.POSITIVE_INFINITY): () => void {
    const planned: Planned = { match, fault, left: times };
    this.#planned.add(planned);
    return () => this.#planned.delete(planned);
  }

  clear(): void {
    this.#planned.clear();
  }

  /** The fault that this request shall meet, and one less of it. */
  take(request: RegistryRequest): Fault | undefined {
    for (const planned of this.#planned) {
      if (!matches(request, planned.match)) continue;
      planned.left--;
      if (planned.left <= 0) this.#planned.delete(planned);
      return planned.fault;
    }
    return undefined;
  }
}
