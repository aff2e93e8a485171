import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { authorize, isAllowed, readCredentials } from './access.ts';
import { type Answer, errorAnswer } from './answer.ts';
import { answerRequest } from './answer-request.ts';
import { answerInstead, distort } from './distort.ts';
import type { RegistryState } from './exchange.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { LogEntry, RequestLog } from './request-log.ts';
import { parseRoute } from './route.ts';
import type { RegistrySettings } from './settings.ts';
import { answerTokenRequest } from './token-service.ts';
import type { Tokens } from './tokens.ts';

export interface RegistryParts extends RegistryState {
  readonly settings: () => RegistrySettings;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Scheme and address, for clients that send no `Host`. */
  readonly baseUrl: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Ends waits that were asked for. */
  readonly stopping: AbortSignal;
}

const longestBody = 256 * 1024 * 1024;

/** Answers for the registry, or for the host to which it sends clients for blobs. */
export function serveRequests(parts: RegistryParts, role: 'registry' | 'storage') {
  return (incoming: IncomingMessage, response: ServerResponse): void => {
    const request = readRequest(incoming, parts, role);
    const entry = parts.requests.begin(request.logged);
    response.once('close', () => entry.end(0));
    respond(parts, request, entry, response).catch(() => response.destroy());
  };
}

type Request = ReturnType<typeof readRequest>;

function readRequest(incoming: IncomingMessage, parts: RegistryParts, role: 'registry' | 'storage') {
  const { method = 'GET', url = '/', headers } = incoming;
  const [path = '/', query = ''] = url.split('?');
  const route = parseRoute(path);
  const settings = parts.settings();
  const now = parts.now();
  const credentials = readCredentials(headers.authorization, { settings, tokens: parts.tokens, now });
  const logged = {
    method,
    kind: role === 'storage' ? role : route.kind,
    repository: 'repository' in route ? route.repository : undefined,
    reference: 'reference' in route ? route.reference : undefined,
    url,
    host: headers.host ?? '',
    authorization: credentials.kind,
    user: credentials.user,
    conditional: headers['if-none-match'] !== undefined,
    userAgent: headers['user-agent'] ?? '',
    at: now,
  };
  return {
    logged,
    role,
    method,
    route,
    url,
    query: new URLSearchParams(query),
    headers: headers as Readonly<Record<string, string | undefined>>,
    credentials,
    settings,
    now,
    body: () => readBody(incoming),
  };
}

async function respond(
  parts: RegistryParts,
  request: Request,
  entry: LogEntry,
  response: ServerResponse,
): Promise<void> {
  const fault = parts.faults.take(entry.request);
  switch (fault?.type) {
    case 'hang':
      return;
    case 'cut-before':
      response.destroy();
      return;
    case 'slow':
      await wait(fault.ms, undefined, { signal: parts.stopping });
      break;
    case 'expired-token':
      parts.tokens.forget(request.credentials.text);
      break;
  }
  const undisturbed = (fault && answerInstead(fault)) ?? (await answerOf(parts, request));
  const answer = fault ? distort(undisturbed, fault, request.url) : undisturbed;
  if (fault?.type === 'cut-within') {
    const { body } = answer;
    response.writeHead(answer.status, headersOf(answer));
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    return;
  }
  if (fault?.type === 'endless') {
    const { 'content-length': _, ...headers } = headersOf(answer);
    response.writeHead(answer.status, headers);
    response.write(answer.body);
    const more = setInterval(() => response.write(' '), fault.everyMs);
    response.once('close', () => clearInterval(more));
    return;
  }
  // Before the client has it, so that whoever got an answer finds it in the log.
  entry.end(answer.status);
  response.writeHead(answer.status, headersOf(answer));
  response.end(request.method === 'HEAD' || !hasBody(answer) ? undefined : answer.body);
}

async function answerOf(parts: RegistryParts, request: Request): Promise<Answer> {
  const { route, role } = request;
  const { store, uploads, storageLinks, tokens } = parts;
  const host = request.headers['host'];
  const scheme = parts.baseUrl().split('://')[0];
  const baseUrl = host === undefined ? parts.baseUrl() : `${scheme}://${host}`;
  let limits: Answer['headers'] = {};
  try {
    if (role === 'storage') return storageLinks.answer(request.query, request.headers, request.now);
    const limited = { ...request, user: request.credentials.user };
    parts.limits.checkRate(limited);
    if (route.kind === 'token') {
      return answerTokenRequest({ ...request, tokens, body: await request.body() });
    }
    const access = { ...request, tokens, baseUrl };
    authorize(access);
    limits = parts.limits.checkPull(limited);
    const mayPull = (repository: string) => isAllowed(access, repository, 'pull');
    const exchange = { ...request, store, uploads, storageLinks, baseUrl, mayPull };
    return withHeaders(await answerRequest(exchange, route), limits);
  } catch (error) {
    return withHeaders(errorAnswer(error), limits);
  }
}

function withHeaders(answer: Answer, more: Answer['headers']): Answer {
  return { ...answer, headers: { ...answer.headers, ...more } };
}

function headersOf(answer: Answer): Answer['headers'] {
  const version = { 'docker-distribution-api-version': 'registry/2.0' };
  const length = hasBody(answer) ? { 'content-length': String(answer.body.length) } : {};
  return { ...version, ...answer.headers, ...length };
}

function hasBody({ status }: Answer): boolean {
  return status !== 204 && status !== 304;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) throw new Error(`more than ${longestBody} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
