import type { Answer } from './answer.ts';
import { RegistryError } from './registry-error.ts';
import type { Route } from './route.ts';
import type { RegistrySettings } from './settings.ts';
import { WindowCounter } from './window-counter.ts';

export interface LimitedRequest {
  readonly method: string;
  readonly route: Route;
  readonly user: string | undefined;
  readonly settings: RegistrySettings;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Requests in a second, and Docker Hub's pulls. */
export class Limits {
  readonly #requests = new WindowCounter();
  readonly #pulls = new WindowCounter();

  /** @throws {RegistryError} TOOMANYREQUESTS */
  checkRate({ settings, now }: LimitedRequest): void {
    const { perSecond } = settings;
    if (perSecond === undefined) return;
    if (this.#requests.state('', now).count >= perSecond) {
      throw new RegistryError('TOOMANYREQUESTS', { headers: { 'retry-after': '1' } });
    }
    this.#requests.add('', now, 1000);
  }

  /**
   * Counts a manifest that is got; one that is only asked for by HEAD is free.
   * @returns the headers that say what is left
   * @throws {RegistryError} TOOMANYREQUESTS, with those headers
   */
  checkPull({ method, route, user = '', settings, now }: LimitedRequest): Answer['headers'] {
    const { pullLimit } = settings;
    if (pullLimit === undefined || route.kind !== 'manifest') return {};
    const windowMs = pullLimit.seconds * 1000;
    const { count, ends = now + windowMs } = this.#pulls.state(user, now);
    const headersFor = (used: number) => ({
      'ratelimit-limit': `${pullLimit.pulls};w=${pullLimit.seconds}`,
      'ratelimit-remaining': `${Math.max(pullLimit.pulls - used, 0)};w=${pullLimit.seconds}`,
      'docker-ratelimit-source': user === '' ? '127.0.0.1' : user,
    });
    if (method !== 'GET') return headersFor(count);
    if (count >= pullLimit.pulls) {
      throw new RegistryError('TOOMANYREQUESTS', {
        message: 'You have reached your pull rate limit.',
        headers: { ...headersFor(count), 'retry-after': String(Math.ceil((ends - now) / 1000)) },
      });
    }
    this.#pulls.add(user, now, windowMs);
    return headersFor(count + 1);
  }
}
