import { errorMessage } from '@fluxctl/shared/errors';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { ApiStatusError, ApiUnreachableError } from './api-error.ts';
import type { ApiStatus } from './api-status.ts';
import { type Credentials, createKubeConnection } from './kube-connection.ts';
import { askWhole, type WholeAnswer } from './whole-answer.ts';

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root of the API server, `/api/v1/…`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
  /** Of the body; JSON unless said otherwise. */
  readonly contentType?: string;
  readonly accept?: string;
}

export interface KubeAnswer {
  readonly code: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly body: JsonObject;
}

/** Speaks HTTP with one API server, over connections that are kept. */
export interface KubeClient {
  /** As people know the server: `https://10.0.0.1:443`. */
  readonly host: string;
  /**
   * @throws {ApiStatusError} what the server says no to
   * @throws {ApiUnreachableError} when there is no answer
   */
  request(request: KubeRequest, signal: AbortSignal): Promise<KubeAnswer>;
  /** The lines of a watch; ends when the server ends it. Throws as `request`. */
  lines(request: KubeRequest, signal: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
}

/** In milliseconds. */
const requestTimeout = 60_000;
/** A watch sends a bookmark about once a minute; one that is silent for longer is dead. */
const silentWatchTimeout = 150_000;

/**
 * Makes no request itself.
 * @throws {UserError} when the kubeconfig's context is of no use
 */
export function createKubeClient(config: KubeConfig, now: () => number): KubeClient {
  const connection = createKubeConnection(config, now);
  const host = connection.origin + connection.prefix;

  const optionsOf = (
    request: KubeRequest,
    credentials: Credentials['headers'],
    bodyTimeout: number,
  ): Dispatcher.RequestOptions => ({
    origin: connection.origin,
    path: `${connection.prefix}${request.path}${queryText(request.query)}`,
    method: request.method,
    headers: {
      accept: request.accept ?? 'application/json',
      'user-agent': 'fluxd',
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...credentials,
    },
    body: request.body === undefined ? null : JSON.stringify(request.body),
    headersTimeout: requestTimeout,
    bodyTimeout,
  });

  /** @param leave - an answer that is not looked at */
  const send = async <Answer extends { readonly statusCode: number }>(
    request: KubeRequest,
    bodyTimeout: number,
    ask: (dispatcher: Dispatcher, options: Dispatcher.RequestOptions) => Promise<Answer>,
    leave?: (answer: Answer) => Promise<void>,
  ): Promise<Answer> => {
    const attempt = async (renew: boolean): Promise<Answer> => {
      const { headers, dispatcher } = await connection.credentials(renew);
      return ask(dispatcher, optionsOf(request, headers, bodyTimeout));
    };
    const answer = await attempt(false);
    if (answer.statusCode !== 401) return answer;
    // The token may have been renewed since: a file's by the kubelet, a plugin's by time.
    await leave?.(answer);
    return attempt(true);
  };

  /** What goes wrong on the way is told as such; what the server says, and an abort, go on as they are. */
  const translate = (error: unknown, signal: AbortSignal): unknown => {
    if (signal.aborted) return signal.reason;
    const isTold = error instanceof ApiStatusError || error instanceof ApiUnreachableError;
    return isTold ? error : unreachable(host, error);
  };

  return {
    host,
    async request(request, signal) {
      try {
        const answer = await send(request, requestTimeout, (dispatcher, options) =>
          askWhole(dispatcher, options, signal),
        );
        if (answer.statusCode >= 400) throw statusError(answer);
        const contentType = header(answer, 'content-type');
        const body = parseBody(answer.text, contentType);
        return { code: answer.statusCode, contentType, warnings: warningsOf(answer), body };
      } catch (error) {
        throw translate(error, signal);
      }
    },
    async *lines(request, signal) {
      try {
        const answer = await send(
          request,
          silentWatchTimeout,
          (dispatcher, options) => dispatcher.request({ ...options, signal }),
          ({ body }) => body.dump(),
        );
        const { statusCode, headers, body } = answer;
        if (statusCode >= 400) throw statusError({ statusCode, headers, text: await body.text() });
        yield* linesOf(body as AsyncIterable<Buffer>);
      } catch (error) {
        throw translate(error, signal);
      }
    },
    close: () => connection.close(),
  };
}

/** With its question mark; empty when there is none. */
function queryText(query: KubeRequest['query']): string {
  return query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
}

/** The lines that end with a newline; what is cut off behind the last one is dropped. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      if (end > start) yield rest.slice(start, end);
      start = end + 1;
    }
    rest = rest.slice(start);
  }
}

function header(answer: Pick<WholeAnswer, 'headers'>, name: string): string {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

/** The texts of `Warning: 299 - "…"` headers. */
function warningsOf(answer: WholeAnswer): string[] {
  const value = answer.headers['warning'];
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.flatMap((line) =>
    [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => unquote(match[1] ?? '')),
  );
}

function unquote(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

function parseBody(text: string, contentType: string): JsonObject {
  if (!contentType.includes('json')) return { text };
  try {
    return JSON.parse(text) as JsonObject;
  } catch (cause) {
    throw new ApiUnreachableError('the API server sent an answer that was cut off', { cause });
  }
}

function statusError(answer: WholeAnswer): ApiStatusError {
  const status = parseStatus(answer.text, answer.statusCode);
  const seconds = Number(header(answer, 'retry-after') || Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  return new ApiStatusError(answer.statusCode, status, retryAfterMs);
}

function parseStatus(text: string, code: number): ApiStatus {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed as ApiStatus;
  } catch {
    // A proxy's page, or plain text: `404 page not found`.
  }
  return { message: text.trim().slice(0, 200) || `the server answered ${code}` };
}

function unreachable(host: string, error: unknown): ApiUnreachableError {
  const reason =
    error instanceof AggregateError ? error.errors.map(errorMessage).join('; ') : errorMessage(error);
  return new ApiUnreachableError(`Kubernetes API server at ${host} does not answer: ${reason}`, {
    cause: error,
  });
}
