import { isMatch } from '../../http/match.ts';
import type { RequestInfo, RequestMatch } from './request-info.ts';

/** Every request since the start or the last `clear`, so that tests can say what was and was not asked. */
export class RequestLog {
  #requests: RequestInfo[] = [];

  add(request: RequestInfo): void {
    this.#requests.push(request);
  }

  all(match: RequestMatch = {}): readonly RequestInfo[] {
    return this.#requests.filter((request) => isMatch(request, match));
  }

  count(match: RequestMatch = {}): number {
    return this.all(match).length;
  }

  clear(): void {
    this.#requests = [];
  }
}
