import { errorMessage } from '../errors.ts';
import { RequestError } from './api-error.ts';
import type { Answer } from './read-answer.ts';
import type { Route } from './routes.ts';

export interface Request {
  readonly route: Route;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON, as Flux v1's client does: without a Content-Type. */
  readonly body?: unknown;
}

export interface Endpoint {
  /** With its path, as `http://127.0.0.1:3030/api/flux`; a query in it is dropped. */
  readonly base: URL;
  /** Empty: none is sent. */
  readonly token: string;
}

/** A daemon that says nothing for so long is not going to; Flux v1's client would wait for ever. */
const answerLimitMs = 300_000;

/**
 * Sends one request to the daemon, through axios, which is loaded when it is first needed.
 * @throws {RequestError} in the words of Flux v1's client when there is no answer
 */
export async function sendRequest(
  endpoint: Endpoint,
  request: Request,
  signal: AbortSignal,
): Promise<Answer> {
  const { default: axios } = await import('axios');
  const url = requestUrl(endpoint.base, request);
  const late = AbortSignal.timeout(answerLimitMs);
  try {
    const { status, statusText, headers, data } = await axios.request<string>({
      method: request.route.method,
      url: url.href,
      headers: {
        Accept: 'application/json',
        'Content-Type': false,
        ...(endpoint.token === '' ? {} : { Authorization: `Scope-Probe token=${endpoint.token}` }),
      },
      ...(request.body === undefined ? {} : { data: Buffer.from(JSON.stringify(request.body)) }),
      responseType: 'text',
      transformResponse: [(text: unknown) => text],
      validateStatus: () => true,
      signal: AbortSignal.any([signal, late]),
      // A proxy cannot reach this machine's loopback, yet axios would send it there.
      ...(isLoopback(url.hostname) ? { proxy: false as const } : {}),
    });
    return { status, statusText, contentType: String(headers['content-type'] ?? ''), body: data ?? '' };
  } catch (cause) {
    signal.throwIfAborted();
    const reason = late.aborted ? `no answer within ${answerLimitMs / 60_000} minutes` : failureText(cause);
    const verb = request.route.method === 'GET' ? 'Get' : capitalized(request.route.method);
    const failure = `${verb} "${withoutPassword(url)}": ${reason}`;
    throw new RequestError(`executing HTTP request: executing HTTP request: ${failure}`, { cause });
  }
}

/** The address of a route: base path and route joined, keys of the query sorted. */
export function requestUrl(base: URL, { route, query = {} }: Request): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname}/${route.path}`.replaceAll(/\/{2,}/g, '/');
  const keys = Object.keys(query).sort();
  url.search = new URLSearchParams(keys.map((key): [string, string] => [key, query[key] ?? ''])).toString();
  url.hash = '';
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  if (shown.password !== '') shown.password = 'xxxxx';
  return shown.href;
}

/** An error of several attempts (one per address of a host) has no message of its own. */
function failureText(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined;
  if (inner instanceof AggregateError) return inner.errors.map(errorMessage).join('; ');
  return errorMessage(cause) || String((cause as { code?: unknown }).code ?? 'unknown error');
}

function capitalized(method: string): string {
  return method.slice(0, 1) + method.slice(1).toLowerCase();
}
