import { errorMessage, UserError } from '@fluxctl/shared/errors';
import type { JsonObject, JsonValue } from '@fluxctl/shared/kube-object';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type buildConnector, type Dispatcher, ProxyAgent } from 'undici';
import { type ApiStatus, ApiStatusError, ApiUnreachableError } from './api-error.ts';

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
/** How long what an auth plugin or a token file gave is used before it is asked again. */
const credentialsKeptMs = 10_000;

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly at: number;
}

export async function createKubeClient(config: KubeConfig, now: () => number): Promise<KubeClient> {
  const cluster = config.getCurrentCluster();
  if (!cluster)
    throw new UserError('the kubeconfig names no cluster', { help: 'Check its current context.' });
  const base = new URL(cluster.server);
  const prefix = base.pathname.replace(/\/+$/, '');
  const dispatcher = await createDispatcher(config, base);
  let credentials: Credentials | undefined;

  const authorize = async (renew: boolean): Promise<Credentials> => {
    if (renew || credentials === undefined || now() - credentials.at > credentialsKeptMs) {
      const options: { headers?: Record<string, string>; auth?: string } = {};
      await config.applyToHTTPSOptions(options as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
      const basic = options.auth
        ? { authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` }
        : {};
      credentials = { headers: { ...basic, ...options.headers }, at: now() };
    }
    return credentials;
  };

  const send = async (
    request: KubeRequest,
    signal: AbortSignal,
    isWatch: boolean,
  ): Promise<Dispatcher.ResponseData> => {
    const query = new URLSearchParams(request.query).toString();
    const dispatch = async (renew: boolean): Promise<Dispatcher.ResponseData> => {
      const { headers } = await authorize(renew);
      return dispatcher.request({
        origin: base.origin,
        path: `${prefix}${request.path}${query === '' ? '' : `?${query}`}`,
        method: request.method,
        headers: {
          accept: request.accept ?? 'application/json',
          'user-agent': 'fluxd',
          ...(request.body === undefined
            ? {}
            : { 'content-type': request.contentType ?? 'application/json' }),
          ...headers,
        },
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
        headersTimeout: requestTimeout,
        bodyTimeout: isWatch ? silentWatchTimeout : requestTimeout,
      });
    };
    try {
      const answer = await dispatch(false);
      if (answer.statusCode !== 401) return answer;
      // The token may have been renewed since: a file's by the kubelet, a plugin's by time.
      await answer.body.dump();
      return await dispatch(true);
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(base, error);
    }
  };

  return {
    host: base.origin + prefix,
    async request(request, signal) {
      const answer = await send(request, signal, false);
      let text: string;
      try {
        text = await answer.body.text();
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(base, error);
      }
      const contentType = header(answer, 'content-type');
      if (answer.statusCode >= 400) throw statusError(answer, text);
      return {
        code: answer.statusCode,
        contentType,
        warnings: warningsOf(answer),
        body: parseBody(text, contentType),
      };
    },
    async *lines(request, signal) {
      const answer = await send(request, signal, true);
      if (answer.statusCode >= 400) throw statusError(answer, await answer.body.text());
      let rest = '';
      const decoder = new TextDecoder();
      try {
        for await (const chunk of answer.body as AsyncIterable<Buffer>) {
          rest += decoder.decode(chunk, { stream: true });
          let start = 0;
          for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
            if (end > start) yield rest.slice(start, end);
            start = end + 1;
          }
          rest = rest.slice(start);
        }
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(base, error);
      }
    },
    close: () => dispatcher.close(),
  };
}

/** Connections as the kubeconfig wants them: certificates, server name, a proxy. */
async function createDispatcher(config: KubeConfig, base: URL): Promise<Dispatcher> {
  const tls: Record<string, unknown> = {};
  await config.applyToHTTPSOptions(tls as Parameters<KubeConfig['applyToHTTPSOptions']>[0]);
  const wanted = config.createDispatcherOptions(config.getCurrentCluster(), tls);
  const limits = { keepAliveTimeout: 60_000, keepAliveMaxTimeout: 600_000 };
  switch (wanted.type) {
    case 'proxy':
      return new ProxyAgent({
        uri: wanted.uri,
        requestTls: wanted.requestTls as buildConnector.BuildOptions,
        connect: wanted.connect as buildConnector.BuildOptions,
        ...limits,
      });
    case 'agent':
      return new Agent({
        connect: { ...(wanted.connect as buildConnector.BuildOptions), timeout: 15_000 },
        ...limits,
      });
    case 'none':
      return new Agent({ connect: { timeout: 15_000 }, ...limits });
    case 'socks':
      throw new UserError(`the kubeconfig asks for a SOCKS proxy to reach ${base.origin}`, {
        help: 'fluxd reaches the API server directly or through an HTTP proxy; set proxy-url to one.',
      });
    default:
      return wanted satisfies never;
  }
}

function header(answer: Dispatcher.ResponseData, name: string): string {
  const value = answer.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

/** The texts of `Warning: 299 - "…"` headers. */
function warningsOf(answer: Dispatcher.ResponseData): string[] {
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

function statusError(answer: Dispatcher.ResponseData, text: string): ApiStatusError {
  const status = parseStatus(text, answer.statusCode);
  const seconds = Number(header(answer, 'retry-after') || Number.NaN);
  return new ApiStatusError(
    answer.statusCode,
    status,
    Number.isFinite(seconds) ? seconds * 1_000 : undefined,
  );
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

function unreachable(base: URL, error: unknown): ApiUnreachableError {
  const reason =
    error instanceof AggregateError ? error.errors.map(errorMessage).join('; ') : errorMessage(error);
  return new ApiUnreachableError(`Kubernetes API server at ${base.origin} does not answer: ${reason}`, {
    cause: error,
  });
}
