import type { Dispatcher } from 'undici';
import type { Login } from '../credentials/logins.ts';
import type { HostBudget } from './budget.ts';
import { type Challenge, parseChallenge } from './challenge.ts';
import { type Answer, exchange } from './exchange.ts';
import {
  RateLimitedError,
  RegistryAnswerError,
  RegistryDeniedError,
  RegistryDownError,
  statusError,
} from './registry-error.ts';
import { readQuota, readRetryAfter } from './response-headers.ts';
import { basicAuth, type TokenStore } from './tokens.ts';

export interface HostPorts {
  readonly dispatcher: Dispatcher;
  readonly tokens: TokenStore;
  readonly budget: HostBudget;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** For `--registry-trace`. */
  readonly onRequest?: (request: { method: string; url: string; status: number }) => void;
}

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD';
  /** Below the host: `/v2/org/app/tags/list`. */
  readonly path: string;
  /** `org/app`: what the token is for. */
  readonly repository: string;
  readonly login: Login | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly longestAnswer: number;
  /** For errors: `the tags of org/app`. */
  readonly what: string;
}

/** One registry: where it answers, and how it wants to be asked. */
export interface RegistryHost {
  readonly budget: HostBudget;
  /**
   * @returns answers of status 200 and 304
   * @throws {FluxError} for all others, in plain words
   */
  send(request: RegistryRequest, signal: AbortSignal): Promise<Answer>;
}

interface Door {
  readonly origin: string;
  readonly challenge: Challenge;
  /** The challenge is that of another host, to which this one sent us: our logins are not for its eyes. */
  readonly isForeign: boolean;
  readonly openedAt: number;
}

/** A registry may move, or change how it authenticates. */
const doorKeptMs = 3_600_000;
const pingLimitMs = 30_000;
const longestPing = 1024 * 1024;

/** @param insecure - no certificate is checked, and HTTP will do where HTTPS does not answer */
export function openRegistryHost(host: string, insecure: boolean, ports: HostPorts): RegistryHost {
  const { budget, now } = ports;
  let door: Door | undefined;
  let knocking: Promise<Door> | undefined;

  const ask = async (
    method: 'GET' | 'HEAD',
    url: URL,
    headers: Readonly<Record<string, string>>,
    longestAnswer: number,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const answer = await budget.spend(
      () => exchange({ method, url, headers, longestAnswer }, ports.dispatcher, signal),
      signal,
    );
    ports.onRequest?.({ method, url: `${url.origin}${url.pathname}`, status: answer.status });
    const quota = readQuota(answer);
    if (quota) budget.noteQuota(quota);
    const wait = readRetryAfter(answer, now());
    if (answer.status === 429 || (answer.status === 503 && wait !== undefined)) {
      budget.refused(wait);
      throw new RateLimitedError(host, Math.max(0, budget.pausedUntil() - now()), answer.status);
    }
    budget.accepted();
    return answer;
  };

  const ping = async (scheme: 'https' | 'http', signal: AbortSignal): Promise<Door> => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(pingLimitMs)]);
    const url = new URL(`${scheme}://${host}/v2/`);
    try {
      const answer = await ask('GET', url, {}, longestPing, bounded);
      if (answer.status === 404) {
        throw new RegistryAnswerError(`${host} is no image registry: it does not know /v2/ (404)`, {
          help: 'Is the name of the image right?',
        });
      }
      if (answer.status !== 401 && answer.status >= 400) {
        throw statusError(host, 'its version', answer.status, answer.body);
      }
      const challenge = answer.status === 401 ? parseChallenge(answer.header('www-authenticate')) : open;
      const isForeign = answer.url.host !== url.host;
      return { origin: (isForeign ? url : answer.url).origin, challenge, isForeign, openedAt: now() };
    } catch (error) {
      signal.throwIfAborted();
      if (bounded.aborted) throw new RegistryDownError(`cannot reach ${host}: no answer`, { cause: error });
      throw error;
    }
  };

  const knock = async (signal: AbortSignal): Promise<Door> => {
    if (!insecure) return ping('https', signal);
    try {
      return await ping('https', signal);
    } catch (error) {
      if (!(error instanceof RegistryDownError)) throw error;
      return ping('http', signal);
    }
  };

  const opened = async (signal: AbortSignal): Promise<Door> => {
    // Somebody else's knock may be given up with their scan: then it is our turn.
    while (knocking) await knocking.catch(() => undefined);
    signal.throwIfAborted();
    if (door && now() - door.openedAt < doorKeptMs) return door;
    knocking = knock(signal);
    try {
      door = await knocking;
      return door;
    } finally {
      knocking = undefined;
    }
  };

  const authorization = async (
    challenge: Challenge,
    { repository, login: own }: RegistryRequest,
    { origin, isForeign }: Door,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    const login = isForeign ? undefined : own;
    switch (challenge.scheme) {
      case 'none':
        return undefined;
      case 'basic':
        return login && !login.isIdentityToken ? basicAuth(login) : undefined;
      case 'bearer': {
        if (origin.startsWith('https:') && new URL(challenge.realm).protocol !== 'https:') {
          throw new RegistryDeniedError(`${host} asks to log in without encryption, at ${challenge.realm}`);
        }
        const scope = `repository:${repository}:pull`;
        return `Bearer ${await ports.tokens.token(challenge, scope, login, ports.dispatcher, signal)}`;
      }
      default:
        return challenge satisfies never;
    }
  };

  return {
    budget,
    async send(request, signal) {
      const entered = await opened(signal);
      const { method, path, headers = {}, longestAnswer, what } = request;
      const url = new URL(path, entered.origin);
      let { challenge } = entered;
      for (let attempt = 1; ; attempt += 1) {
        const authorized = await authorization(challenge, request, entered, signal);
        const all = authorized === undefined ? headers : { ...headers, authorization: authorized };
        const answer = await ask(method, url, all, longestAnswer, signal);
        if (answer.status === 200 || answer.status === 304) return answer;
        if ((answer.status === 401 || answer.status === 403) && answer.url.host !== url.host) {
          throw new RegistryDeniedError(
            `${host} sends us on to ${answer.url.host} for ${what}, which asks to log in (${answer.status})`,
            { help: `Logins do not go from host to host: name the image by ${answer.url.host}.` },
          );
        }
        // A token that was taken back, or a host that has closed its doors since the ping.
        const told = answer.status === 401 ? parseChallenge(answer.header('www-authenticate')) : open;
        if (attempt > 1 || told.scheme === 'none') throw statusError(host, what, answer.status, answer.body);
        if (told.scheme === 'bearer')
          ports.tokens.forget(told, `repository:${request.repository}:pull`, request.login);
        challenge = told;
      }
    },
  };
}

const open: Challenge = { scheme: 'none' };
