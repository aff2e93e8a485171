import { isMatch, type Match } from '../http/match.ts';
import type { RequestKind } from './route.ts';

/** A request as it came, and what became of it. */
export interface RegistryRequest {
  readonly method: string;
  readonly kind: RequestKind;
  readonly repository: string | undefined;
  /** Tag, digest or upload. */
  readonly reference: string | undefined;
  /** With the query. */
  readonly url: string;
  /** The `Host` header. */
  readonly host: string;
  /** What came in the `Authorization` header; never its value. */
  readonly authorization: 'none' | 'basic' | 'bearer' | 'other';
  /** Who that is; undefined for nobody, and for credentials that are wrong. */
  readonly user: string | undefined;
  /** Asked under `If-None-Match`. */
  readonly conditional: boolean;
  readonly userAgent: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** 0 when there was no answer; undefined before there is one. */
  readonly status: number | undefined;
}

export type RequestMatch = Match<RegistryRequest>;

/** One request while it is under way. */
export interface LogEntry {
  readonly request: RegistryRequest;
  /** Only the first call counts. */
  end(status: number): void;
}

/** Every request since the start or the last `clear`, so that tests can say what was and was not asked. */
export class RequestLog {
  #requests: RegistryRequest[] = [];
  #open = 0;
  #mostAtOnce = 0;

  begin(request: Omit<RegistryRequest, 'status'>): LogEntry {
    const entry = { ...request, status: undefined as number | undefined };
    this.#requests.push(entry);
    this.#open += 1;
    this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#open);
    return {
      request: entry,
      end: (status) => {
        if (entry.status !== undefined) return;
        entry.status = status;
        this.#open -= 1;
      },
    };
  }

  all(match: RequestMatch = {}): readonly RegistryRequest[] {
    return this.#requests.filter((request) => isMatch(request, match));
  }

  count(match: RequestMatch = {}): number {
    return this.all(match).length;
  }

  /** How often each repository was asked for each kind: `{ 'team/app': { tags: 1, manifest: 2 } }`; '' for none. */
  counts(match: RequestMatch = {}): Readonly<Record<string, Readonly<Partial<Record<RequestKind, number>>>>> {
    const counts: Record<string, Partial<Record<RequestKind, number>>> = {};
    for (const { repository = '', kind } of this.all(match)) {
      counts[repository] ??= {};
      const kinds = counts[repository];
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** The most requests that were open at one time. */
  get mostAtOnce(): number {
    return this.#mostAtOnce;
  }

  clear(): void {
    this.#requests = [];
    this.#mostAtOnce = this.#open;
  }
}
