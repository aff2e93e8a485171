import { createHash } from 'node:crypto';
import type { Dispatcher } from 'undici';
import { untilAborted } from '../../waiting/until-aborted.ts';
import type { Login } from '../credentials/logins.ts';
import type { HostBudget } from './budget.ts';
import type { Challenge } from './challenge.ts';
import { type Answer, exchange, type Question } from './exchange.ts';
import { RateLimitedError, RegistryAnswerError, RegistryDeniedError, statusError } from './registry-error.ts';
import { readRetryAfter } from './response-headers.ts';

type Bearer = Extract<Challenge, { scheme: 'bearer' }>;

interface Kept {
  readonly token: Promise<string>;
  /** In milliseconds since 1970; unknown while it is being fetched. */
  until: number;
}

/** One token for each scope and login, kept until shortly before it expires. */
export interface TokenStore {
  token(
    challenge: Bearer,
    scope: string,
    login: Login | undefined,
    dispatcher: Dispatcher,
    signal: AbortSignal,
  ): Promise<string>;
  /** It was refused. */
  forget(challenge: Bearer, scope: string, login: Login | undefined): void;
}

/** What a token service that names no lifetime means. */
const usualLifeSeconds = 60;
const marginMs = 5_000;
const longestAnswer = 1024 * 1024;
/** Beyond it the oldest go: scopes of images that nobody uses any more. */
const mostTokens = 5_000;

export interface TokenPorts {
  /** In milliseconds since 1970. */
  readonly now: () => number;
  /** Ends with the daemon: a token is fetched for all who wait for it, not for the first only. */
  readonly lifetime: AbortSignal;
  /** Token services often are hosts of their own. */
  readonly budgetOf: (host: string) => HostBudget;
}

export function createTokenStore(ports: TokenPorts): TokenStore {
  const { now, lifetime } = ports;
  const kept = new Map<string, Kept>();

  const remember = (key: string, fetched: Promise<Token>): Kept => {
    const entry: Kept = { token: fetched.then(({ text }) => text), until: Number.POSITIVE_INFINITY };
    kept.delete(key);
    kept.set(key, entry);
    const oldest = kept.keys().next().value;
    if (kept.size > mostTokens && oldest !== undefined) kept.delete(oldest);
    fetched.then(
      ({ lifeMs }) => {
        entry.until = now() + lifeMs - Math.min(marginMs, lifeMs / 2);
      },
      () => {
        if (kept.get(key) === entry) kept.delete(key);
      },
    );
    return entry;
  };

  return {
    async token(challenge, scope, login, dispatcher, signal) {
      const key = keyOf(challenge, scope, login);
      const known = kept.get(key);
      if (known && now() < known.until) return untilAborted(known.token, signal);
      const bounded = AbortSignal.any([lifetime, AbortSignal.timeout(30_000)]);
      const fetched = fetchToken(challenge, { scope, login, dispatcher }, ports, bounded);
      return untilAborted(remember(key, fetched).token, signal);
    },
    forget: (challenge, scope, login) => void kept.delete(keyOf(challenge, scope, login)),
  };
}

function keyOf({ realm, service }: Bearer, scope: string, login: Login | undefined): string {
  const secret = login ? createHash('sha256').update(`${login.user}:${login.reveal()}`).digest('base64') : '';
  return [realm, service, scope, secret].join(' ');
}

interface Token {
  readonly text: string;
  readonly lifeMs: number;
}

async function fetchToken(
  challenge: Bearer,
  wanted: { readonly scope: string; readonly login: Login | undefined; readonly dispatcher: Dispatcher },
  { now, budgetOf }: TokenPorts,
  signal: AbortSignal,
): Promise<Token> {
  const { login } = wanted;
  const question = login?.isIdentityToken
    ? grantOf(challenge, wanted.scope, login)
    : plainQuestion(challenge, wanted);
  const { host } = question.url;
  const budget = budgetOf(host);
  const answer = await budget.spend(
    () => exchange({ ...question, longestAnswer }, wanted.dispatcher, signal),
    signal,
  );
  if (answer.status === 429) {
    budget.refused(readRetryAfter(answer, now()));
    throw new RateLimitedError(host, Math.max(0, budget.pausedUntil() - now()));
  }
  budget.accepted();
  if (answer.status === 401 || answer.status === 403) {
    const whose = login ? `the login of ${login.user}, from ${login.origin}` : 'to be asked without a login';
    throw new RegistryDeniedError(`${host} refuses ${whose} (${answer.status})`, {
      help: 'Give the workload a pull secret for this registry, or fluxd a --docker-config.',
    });
  }
  if (answer.status !== 200) throw statusError(host, 'a token', answer.status, answer.body);
  return readToken(answer, host);
}

type TokenQuestion = Omit<Question, 'longestAnswer'>;

function plainQuestion(
  { realm, service }: Bearer,
  { scope, login }: { readonly scope: string; readonly login: Login | undefined },
): TokenQuestion {
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  if (login) url.searchParams.set('account', login.user);
  return { method: 'GET', url, headers: login ? { authorization: basicAuth(login) } : {} };
}

/** What a cloud or a log-in at a browser gave in place of a password is changed for a token as OAuth 2 has it. */
function grantOf({ realm, service }: Bearer, scope: string, login: Login): TokenQuestion {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'fluxd',
    service,
    scope,
    refresh_token: login.reveal(),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url: new URL(realm), headers, body: form.toString() };
}

function readToken({ body }: Answer, host: string): Token {
  let fields: Record<string, unknown>;
  try {
    fields = (JSON.parse(body.toString('utf8')) ?? {}) as Record<string, unknown>;
  } catch {
    throw new RegistryAnswerError(`${host} answers with something that is no token`);
  }
  const text = fields['token'] || fields['access_token'];
  if (typeof text !== 'string') throw new RegistryAnswerError(`${host} answers without a token`);
  const told = fields['expires_in'];
  const seconds = typeof told === 'number' && told > 0 ? told : usualLifeSeconds;
  return { text, lifeMs: seconds * 1000 };
}

export function basicAuth(login: Login): string {
  return `Basic ${Buffer.from(`${login.user}:${login.reveal()}`).toString('base64')}`;
}
